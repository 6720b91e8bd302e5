/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Helpers for the macros of klp/klp.bpf.h, which includes this file. They split a list of
 * parameters, each "type name", and pass a body its arguments from an array of 64-bit registers
 * named ctx.
 */
#ifndef KLP_ARGS_BPF_H
#define KLP_ARGS_BPF_H

#define KLP_CAT_(a, b)	a##b
#define KLP_CAT(a, b)	KLP_CAT_(a, b)

#define KLP_NTH(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, n, ...) n
#define KLP_COUNT(...) \
	KLP_NTH(_ __VA_OPT__(,) __VA_ARGS__, more_than_12_arguments, more_than_12_arguments, \
		12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/* KLP_EACH(m, args): m(0, first) m(1, second) ... */
#define KLP_EACH_0(m)
#define KLP_EACH_1(m, a)	m(0, a)
#define KLP_EACH_2(m, a, b)	KLP_EACH_1(m, a) m(1, b)
#define KLP_EACH_3(m, a, b, c)	KLP_EACH_2(m, a, b) m(2, c)
#define KLP_EACH_4(m, a, b, c, d) KLP_EACH_3(m, a, b, c) m(3, d)
#define KLP_EACH_5(m, a, b, c, d, e) KLP_EACH_4(m, a, b, c, d) m(4, e)
#define KLP_EACH_6(m, a, b, c, d, e, f) KLP_EACH_5(m, a, b, c, d, e) m(5, f)
#define KLP_EACH_7(m, a, b, c, d, e, f, g) KLP_EACH_6(m, a, b, c, d, e, f) m(6, g)
#define KLP_EACH_8(m, a, b, c, d, e, f, g, h) KLP_EACH_7(m, a, b, c, d, e, f, g) m(7, h)
#define KLP_EACH_9(m, a, b, c, d, e, f, g, h, i) \
	KLP_EACH_8(m, a, b, c, d, e, f, g, h) m(8, i)
#define KLP_EACH_10(m, a, b, c, d, e, f, g, h, i, j) \
	KLP_EACH_9(m, a, b, c, d, e, f, g, h, i) m(9, j)
#define KLP_EACH_11(m, a, b, c, d, e, f, g, h, i, j, k) \
	KLP_EACH_10(m, a, b, c, d, e, f, g, h, i, j) m(10, k)
#define KLP_EACH_12(m, a, b, c, d, e, f, g, h, i, j, k, l) \
	KLP_EACH_11(m, a, b, c, d, e, f, g, h, i, j, k) m(11, l)
#define KLP_EACH(m, ...) \
	KLP_CAT(KLP_EACH_, KLP_COUNT(__VA_ARGS__))(m __VA_OPT__(,) __VA_ARGS__)

/* "(void)" and not "()", because the latter is no prototype and is variadic in BTF. */
#define KLP_PARAMS_()		(void)
#define KLP_PARAMS_1(...)	(__VA_ARGS__)
#define KLP_PARAMS(...)		KLP_CAT(KLP_PARAMS_, __VA_OPT__(1))(__VA_ARGS__)

#define KLP_ARG_SIZE(arg)	sizeof(struct { arg; })
#define KLP_ARG_CHECK(n, arg) \
	_Static_assert(KLP_ARG_SIZE(arg) <= 8, \
		       "an argument larger than 8 bytes cannot be passed to a body");
/*
 * The bits of the register above the size of an argument are undefined and must never reach a
 * bool.
 */
#define KLP_ARG_VALUE(n, arg) \
	, __builtin_choose_expr(KLP_ARG_SIZE(arg) == 8, (void *)ctx[n], \
	  __builtin_choose_expr(KLP_ARG_SIZE(arg) == 4, (__u32)ctx[n], \
	  __builtin_choose_expr(KLP_ARG_SIZE(arg) == 2, (__u16)ctx[n], (__u8)ctx[n])))

#endif
