/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The header that a patch includes, after vmlinux.h and nothing else:
 *
 *	#include "vmlinux.h"
 *	#include "klp/klp.bpf.h"
 *
 *	KLP_PATCH("cmdline", "1.0");
 *	KLP_LICENSE("GPL");
 *
 *	KLP_FMOD_RET(int, cmdline_proc_show, struct seq_file *m, void *v)
 *	{
 *		if (klp_seq_puts(m, "this has been live patched\n"))
 *			return klp_continue();
 *		return klp_return(0);
 *	}
 *
 * The macros emit the metadata of klp/meta.h, the prototype that the loader compares with that of
 * the running kernel, and a program that checks the gate first. The original runs if the loader
 * has not initialized the body, if the patch is not in force for this task, or if the companion is
 * missing.
 *
 * A body ends in one verdict and cannot return anything else (a plain number does not compile):
 *
 *	klp_continue()			the original runs, with its own arguments
 *	klp_return(value)		skip it, return value; in an fmod_ret body types of at most
 *					32 bits, 0 included; in a guard body any type
 *	klp_return_nonzero(value)	skip it, return value, which is not 0; any type but void
 *	klp_return_void()		skip it; functions that return nothing
 *
 * In KLP_FMOD_RET, klp_return() is limited to 32 bits because the trampoline skips the original if
 * the 64 bits that the program returns are not 0. Bit 32 set makes an int function return 0. A
 * function that returns a long or a pointer has no spare bit, so it cannot return 0 or NULL that
 * way.
 *
 * KLP_OVERRIDE is for a body that is the whole new function. It has no verdict and returns
 * what the function returns.
 *
 * KLP_GUARD covers everything else: any traceable function, any value, no call missed. It needs
 * the companion. Read pointers among its arguments with BPF_CORE_READ() or klp_cast().
 */
#ifndef KLP_BPF_H
#define KLP_BPF_H

#ifndef __VMLINUX_H__
#error "include vmlinux.h before klp/klp.bpf.h"
#endif

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "klp/args.bpf.h"
#include "klp/kfunc.bpf.h"
#include "klp/meta.h"

/*
 * The parameters are the kernel's, so some are unused. A misspelt structure among them, or a body
 * without a return, would only fail on a running kernel.
 */
#pragma clang diagnostic ignored "-Wunused-parameter"
#pragma clang diagnostic error "-Wvisibility"
#pragma clang diagnostic error "-Wreturn-type"

#define KLP_STR_(x)	#x
#define KLP_STR(x)	KLP_STR_(x)

/* ---- metadata: one string each, see klp/meta.h ---------------------------------------------- */

#define KLP_INFO_AS(variable, text) \
	static const char variable[] SEC(KLP_META_SECTION) __attribute__((aligned(1))) = text

/* A "key=value" string, for keys without a macro. */
#define KLP_INFO(text)	KLP_INFO_AS(KLP_CAT(klp_info_, __COUNTER__), text)

/**
 * KLP_PATCH() - name and version of the patch; exactly once
 * @name: string literal, [a-z0-9][a-z0-9_-]*
 * @version: string literal without blanks
 */
#define KLP_PATCH(name, version) \
	_Static_assert(sizeof(name) > 1 && sizeof(name) <= KLP_NAME_LEN, \
		       "KLP_PATCH: the name is empty or too long (KLP_NAME_LEN)"); \
	_Static_assert(sizeof(version) > 1 && sizeof(version) <= KLP_VERSION_LEN, \
		       "KLP_PATCH: the version is empty or too long (KLP_VERSION_LEN)"); \
	KLP_INFO_AS(klp_info_format, "format=" KLP_STR(KLP_META_FORMAT)); \
	KLP_INFO_AS(klp_info_name, "name=" name); \
	KLP_INFO_AS(klp_info_version, "version=" version)

/* One line of text for people. At most once. */
#define KLP_DESCRIPTION(text) \
	_Static_assert(sizeof(text) <= KLP_TEXT_LEN, \
		       "KLP_DESCRIPTION: the text is too long (KLP_TEXT_LEN)"); \
	KLP_INFO_AS(klp_info_description, "description=" text)

/*
 * A "CVE-2026-0001", a bug or a commit. Any number. A CVE makes the patch strict, see KLP_STRICT.
 */
#define KLP_REFERENCE(id) \
	_Static_assert(sizeof(id) <= KLP_TEXT_LEN, \
		       "KLP_REFERENCE: the text is too long (KLP_TEXT_LEN)"); \
	KLP_INFO("ref=" id)

/* Enabling this patch replaces all patches in force of its patch set. */
#define KLP_REPLACE		KLP_INFO_AS(klp_info_replace, "replace=yes")

/*
 * The patch set of this patch. At most once. Patch sets share no function and no state, and do not
 * replace each other.
 */
#define KLP_SET(name) \
	_Static_assert(sizeof(name) > 1 && sizeof(name) <= KLP_NAME_LEN, \
		       "KLP_SET: the name is empty or too long (KLP_NAME_LEN)"); \
	KLP_INFO_AS(klp_info_set, "set=" name)

/*
 * The changes of this patch, which KLP_STATE must name, cannot be undone. It is never disabled or
 * reversed; only a patch that carries its states replaces it.
 */
#define KLP_STICKY		KLP_INFO_AS(klp_info_sticky, "sticky=yes")

/*
 * KLP_STRICT(yes): refuse bodies that can miss calls (fmod_ret). KLP_STRICT(no): allow them
 * although the patch names a CVE; describe in KLP_DESCRIPTION what a missed call costs.
 */
#define KLP_STRICT(yes_or_no)	KLP_INFO_AS(klp_info_strict, "strict=" #yes_or_no)

/* Per-task consistency only, with the companion; --immediate is refused. */
#define KLP_PER_TASK_ONLY	KLP_INFO_AS(klp_info_consistency, "consistency=per-task")

/* This patch changes system state `id` (1 or more), in this version. Plain decimals. Any number. */
#define KLP_STATE(id, version)	KLP_INFO("state=" KLP_STR(id) ":" KLP_STR(version))

/* Exactly once. The kernel allows helpers and kfuncs only to "GPL" or "Dual BSD/GPL". */
#define KLP_LICENSE(text)	char klp_license[] SEC("license") = text

/* ---- the gate ------------------------------------------------------------------------------- */

/* Written by the loader between open and load. While all zero, the original runs. */
const volatile struct klp_self klp_self SEC(KLP_SELF_SECTION) = {};
/*
 * Written when the companion has registered the patch. 0 is the id of no record, so the original
 * runs.
 */
volatile __u64 klp_id SEC(KLP_ID_SECTION) = 0;

/* One word for all patches of immediate consistency. The loader substitutes its own map. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KLP_GATES_WORDS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} klp_gates SEC(".maps");

static __always_inline int klp_in_force(void)
{
	__u32 zero = 0;
	__u64 *word;

	if (klp_self.consistency == KLP_CONSISTENCY_PER_TASK)
		return bpf_ksym_exists(klp_gate) ? klp_gate(klp_id) : 0;
	if (klp_self.consistency != KLP_CONSISTENCY_IMMEDIATE)
		return 0;
	word = bpf_map_lookup_elem(&klp_gates, &zero);
	return word && (*(volatile __u64 *)word >> (klp_self.slot & (KLP_GATE_SLOTS - 1))) & 1;
}

/* ---- what a guard body is made of; mirrors the companion's types of these names -------------- */

struct klp_call {
	__u64 arg5, arg4;
	__u64 ret;
	__u64 arg3, arg2, arg1, arg0;
} __attribute__((preserve_access_index));

/* Only its type is used: it tells the loader what klp_call was when this file was built. */
struct klp_call *klp_call_layout SEC(KLP_PROTO_SECTION);

struct klp_callback {
	char object[KLP_OBJECT_LEN];
};

struct klp_callback_ops {
	char record[KLP_NAME_LEN];	/* written by the loader */
	__u32 index;			/* written by the loader */
	int (*pre_patch)(struct klp_callback *cb);
	void (*post_patch)(struct klp_callback *cb);
	void (*pre_unpatch)(struct klp_callback *cb);
	void (*post_unpatch)(struct klp_callback *cb);
};

/* Make a pointer argument readable as a structure. The result is never written to. */
#define klp_cast(pointer)	bpf_core_cast((void *)(pointer), __typeof__(*(pointer)))

/* ---- verdicts ------------------------------------------------------------------------------- */

/* A structure, so that a body with `return 0;` instead of klp_return(0) does not compile. */
struct klp_verdict {
	__u64 raw;	/* fmod_ret: what the program returns; guard: skip the original */
	__u64 value;	/* guard: what the caller gets */
};

/* The type of klp_mark in a body is the kind of the body. */
struct klp_mark_fmod_ret;
struct klp_mark_guard;
struct klp_mark_override;
#define KLP_IS_GUARD \
	__builtin_types_compatible_p(__typeof__(klp_mark), struct klp_mark_guard *)

/* In a body, klp_ret_type is a null pointer to the return type of the function. */
#define KLP_RET_VOID \
	__builtin_types_compatible_p(__typeof__(*klp_ret_type), void)
#define KLP_RET_WIDE	(!KLP_RET_VOID && sizeof(*klp_ret_type) > 4)
/*
 * The return type if it has at most 32 bits, otherwise int. A wrong macro then causes only the one
 * error that explains it.
 */
#define KLP_RET_NARROW \
	__typeof__(*__builtin_choose_expr(KLP_RET_VOID || KLP_RET_WIDE, (int *)0, klp_ret_type))
#define KLP_RET_ANY \
	__typeof__(*__builtin_choose_expr(KLP_RET_VOID, (int *)0, klp_ret_type))
#define KLP_SKIP	(1ULL << 32)
/* Widened like the function's own return value. */
#define KLP_GUARD_VALUE(v)	((__u64)(unsigned long)(KLP_RET_ANY)(v))

static __always_inline __u64 klp_check_nonzero(__u64 value)
	__attribute__((diagnose_if(value == 0,
		       "klp_return_nonzero(0): 0 means that the original runs", "error")))
{
	return value;
}

#define klp_continue()	((struct klp_verdict){ 0 })

#define klp_return(value) ({ \
	_Static_assert(!KLP_RET_VOID, \
		"klp_return(): this function returns nothing, use klp_return_void()"); \
	_Static_assert(!KLP_RET_WIDE || KLP_IS_GUARD, \
		"klp_return(): this function returns 64 bits or a pointer, use " \
		"klp_return_nonzero() (0 means that the original runs) or KLP_GUARD"); \
	__builtin_choose_expr(KLP_IS_GUARD, \
		((struct klp_verdict){ 1, KLP_GUARD_VALUE(value) }), \
		((struct klp_verdict){ KLP_SKIP | (__u32)__builtin_choose_expr(KLP_RET_WIDE, 0, \
						(KLP_RET_NARROW)(value)) })); \
})

#define klp_return_nonzero(value) ({ \
	_Static_assert(!KLP_RET_VOID, \
		"klp_return_nonzero(): this function returns nothing, use klp_return_void()"); \
	__u64 klp_wide_ = klp_check_nonzero((__u64)(long)(value)); \
	__u32 klp_narrow_ = (__u32)(KLP_RET_NARROW)klp_wide_; \
	KLP_IS_GUARD ? (struct klp_verdict){ 1, KLP_GUARD_VALUE(klp_wide_) } : \
	(struct klp_verdict){ KLP_RET_WIDE ? klp_wide_ : \
			      klp_narrow_ ? KLP_SKIP | klp_narrow_ : 0 }; \
})

#define klp_return_void() ({ \
	_Static_assert(KLP_RET_VOID, \
		"klp_return_void(): this function returns a value, use klp_return(value)"); \
	(struct klp_verdict){ 1 }; \
})

/* ---- bodies --------------------------------------------------------------------------------- */

/**
 * KLP_FMOD_RET() - patch a vmlinux function by an fmod_ret body, which follows in braces
 * @type: return type of the function
 * @symbol: the function
 * @...: its parameters, at most 12, in order, each as "type name"; none for (void)
 *
 * Structures by value are not supported.
 */
#define KLP_FMOD_RET(type, symbol, ...) \
	KLP_FMOD_RET_AT(0, type, symbol, __VA_ARGS__)

/*
 * As KLP_FMOD_RET, with a symbol position: 0 = the name must be unique in the kernel, 1 = the
 * first of several, the only one that fmod_ret can select.
 */
#define KLP_FMOD_RET_AT(sympos, type, symbol, ...) \
	KLP_INFO_AS(klp_func__##symbol, \
		    "func=vmlinux:" #sympos ":fmod_ret:" #symbol ":klp__" #symbol); \
	__typeof__(type) (*klp_proto__##symbol) KLP_PARAMS(__VA_ARGS__) SEC(KLP_PROTO_SECTION); \
	KLP_EACH(KLP_ARG_CHECK __VA_OPT__(,) __VA_ARGS__) \
	static __always_inline struct klp_verdict \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_fmod_ret *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__); \
	__u64 klp__##symbol(unsigned long long *ctx); \
	SEC("fmod_ret/" #symbol) \
	__u64 klp__##symbol(unsigned long long *ctx) \
	{ \
		if (!klp_in_force()) \
			return 0; \
		_Pragma("clang diagnostic push") \
		_Pragma("clang diagnostic ignored \"-Wint-conversion\"") \
		return klp_body__##symbol( \
			0, 0 KLP_EACH(KLP_ARG_VALUE __VA_OPT__(,) __VA_ARGS__)).raw; \
		_Pragma("clang diagnostic pop") \
	} \
	static __always_inline struct klp_verdict \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_fmod_ret *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__)

/**
 * KLP_GUARD() - decide at the entry of each call of a vmlinux function
 * @type: return type of the function
 * @symbol: the function, which need not be in BTF
 * @...: its parameters, at most the 6 that registers hold, each as "type name"
 *
 * The body follows in braces. It is called only while the patch is in force for the task. Verdicts
 * are as above, klp_return() with any value. Calls that it makes to the function itself reach the
 * original.
 *
 * Context: Preemption off; the body must not sleep.
 */
#define KLP_GUARD(type, symbol, ...) \
	KLP_GUARD_AT(0, type, symbol, __VA_ARGS__)

/* As KLP_GUARD, for a function in a module, which may load later, unload, and load again. */
#define KLP_GUARD_IN(module, type, symbol, ...) \
	KLP_GUARD_OF(module, 0, type, symbol, __VA_ARGS__)

/*
 * As KLP_GUARD, with a symbol position: n = the n-th of this name in the order of kallsyms, as in
 * kernel livepatch.
 */
#define KLP_GUARD_AT(sympos, type, symbol, ...) \
	KLP_GUARD_OF(vmlinux, sympos, type, symbol, __VA_ARGS__)

#define KLP_GUARD_OF(object, sympos, type, symbol, ...) \
	KLP_INFO_AS(klp_func__##symbol, \
		    "func=" #object ":" #sympos ":guard:" #symbol ":klp__" #symbol); \
	_Static_assert(KLP_COUNT(__VA_ARGS__) <= 6, \
		       "KLP_GUARD: no more than 6 arguments can be seen"); \
	__typeof__(type) (*klp_proto__##symbol) KLP_PARAMS(__VA_ARGS__) SEC(KLP_PROTO_SECTION); \
	KLP_EACH(KLP_ARG_CHECK __VA_OPT__(,) __VA_ARGS__) \
	static __always_inline struct klp_verdict \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_guard *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__); \
	int klp__##symbol(unsigned long long *klp_ctx); \
	SEC("struct_ops/guard") \
	int klp__##symbol(unsigned long long *klp_ctx) \
	{ \
		struct klp_call *klp_call = (void *)klp_ctx[0]; \
		const __u64 ctx[6] __attribute__((unused)) = { \
			klp_call->arg0, klp_call->arg1, klp_call->arg2, \
			klp_call->arg3, klp_call->arg4, klp_call->arg5 \
		}; \
		struct klp_verdict v; \
		_Pragma("clang diagnostic push") \
		_Pragma("clang diagnostic ignored \"-Wint-conversion\"") \
		v = klp_body__##symbol(0, 0 KLP_EACH(KLP_ARG_VALUE __VA_OPT__(,) __VA_ARGS__)); \
		_Pragma("clang diagnostic pop") \
		if (!v.raw) \
			return 0; \
		klp_call->ret = v.value; \
		return 1; \
	} \
	static __always_inline struct klp_verdict \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_guard *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__)

/**
 * KLP_OVERRIDE() - run a body instead of a vmlinux function
 * @type: return type of the function
 * @symbol: the function, which need not be in BTF
 * @...: its parameters, at most the 6 that registers hold, each as "type name"
 *
 * The body follows in braces. It is written like the function and returns a value of type @type,
 * or nothing. Read pointers among the arguments with BPF_CORE_READ() or klp_cast(). The body runs
 * only while the patch is in force for the task. Calls that it makes to the function itself, by a
 * kfunc or a helper, reach the original.
 *
 * Context: That of the function, with preemption off.
 */
#define KLP_OVERRIDE(type, symbol, ...) \
	KLP_OVERRIDE_AT(0, type, symbol, __VA_ARGS__)
/* As KLP_GUARD_IN, KLP_GUARD_AT and KLP_GUARD_OF. */
#define KLP_OVERRIDE_IN(module, type, symbol, ...) \
	KLP_OVERRIDE_OF(module, 0, type, symbol, __VA_ARGS__)
#define KLP_OVERRIDE_AT(sympos, type, symbol, ...) \
	KLP_OVERRIDE_OF(vmlinux, sympos, type, symbol, __VA_ARGS__)
#define KLP_OVERRIDE_OF(object, sympos, type, symbol, ...) \
	KLP_OVERRIDE_BY("struct_ops/override", object, sympos, type, symbol, __VA_ARGS__)

/*
 * As KLP_OVERRIDE, with a body that can be preempted and may sleep. For functions that are
 * called where sleeping is allowed. A call from elsewhere runs the original, and klpctl status
 * reports that.
 */
#define KLP_OVERRIDE_SLEEPABLE(type, symbol, ...) \
	KLP_OVERRIDE_SLEEPABLE_AT(0, type, symbol, __VA_ARGS__)
#define KLP_OVERRIDE_SLEEPABLE_IN(module, type, symbol, ...) \
	KLP_OVERRIDE_SLEEPABLE_OF(module, 0, type, symbol, __VA_ARGS__)
#define KLP_OVERRIDE_SLEEPABLE_AT(sympos, type, symbol, ...) \
	KLP_OVERRIDE_SLEEPABLE_OF(vmlinux, sympos, type, symbol, __VA_ARGS__)
#define KLP_OVERRIDE_SLEEPABLE_OF(object, sympos, type, symbol, ...) \
	KLP_OVERRIDE_BY("struct_ops.s/override", object, sympos, type, symbol, __VA_ARGS__)

#define KLP_OVERRIDE_BY(section, object, sympos, type, symbol, ...) \
	KLP_INFO_AS(klp_func__##symbol, \
		    "func=" #object ":" #sympos ":override:" #symbol ":klp__" #symbol); \
	_Static_assert(KLP_COUNT(__VA_ARGS__) <= 6, \
		       "KLP_OVERRIDE: no more than 6 arguments can be seen"); \
	__typeof__(type) (*klp_proto__##symbol) KLP_PARAMS(__VA_ARGS__) SEC(KLP_PROTO_SECTION); \
	KLP_EACH(KLP_ARG_CHECK __VA_OPT__(,) __VA_ARGS__) \
	static __always_inline __typeof__(type) \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_override *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__); \
	__u64 klp__##symbol(unsigned long long *ctx); \
	SEC(section) \
	__u64 klp__##symbol(unsigned long long *ctx) \
	{ \
		__typeof__(type) *klp_ret_type __attribute__((unused)) = 0; \
		_Pragma("clang diagnostic push") \
		_Pragma("clang diagnostic ignored \"-Wint-conversion\"") \
		__builtin_choose_expr(KLP_RET_VOID, klp_body__##symbol( \
			0, 0 KLP_EACH(KLP_ARG_VALUE __VA_OPT__(,) __VA_ARGS__)), (void)0); \
		return (__u64)(unsigned long)__builtin_choose_expr(KLP_RET_VOID, 0, \
			klp_body__##symbol( \
			0, 0 KLP_EACH(KLP_ARG_VALUE __VA_OPT__(,) __VA_ARGS__))); \
		_Pragma("clang diagnostic pop") \
	} \
	static __always_inline __typeof__(type) \
	klp_body__##symbol(__typeof__(type) *klp_ret_type, struct klp_mark_override *klp_mark \
			   __VA_OPT__(,) __VA_ARGS__)

/* ---- struct_ops ----------------------------------------------------------------------------- */

/**
 * KLP_STRUCT_OPS() - provide a struct_ops instance of the kernel
 * @type: its type, which the kernel can update while it is in use: tcp_congestion_ops
 * @map: variable of that type in SEC(".struct_ops.link"), with .name = @name
 * @name: name by which users select it, for example by setsockopt(TCP_CONGESTION)
 *
 * Its programs are struct_ops programs of the kernel, SEC("struct_ops"), see klp-patch(5).
 * It is replaced at one instant for new users; present users keep the one they have.
 */
#define KLP_STRUCT_OPS(type, map, name) \
	_Static_assert(sizeof(name) > 1 && sizeof(name) <= KLP_STRUCT_OPS_NAME_LEN, \
		       "KLP_STRUCT_OPS: the name is empty or too long (KLP_STRUCT_OPS_NAME_LEN)"); \
	KLP_INFO_AS(klp_struct_ops__##map, "table=" #type ":" name ":" #map)

/* ---- callbacks ------------------------------------------------------------------------------ */

/*
 *	KLP_PRE_PATCH(object) { body; return 0; }	KLP_POST_PATCH(object) { body }
 *	KLP_PRE_UNPATCH(object) { body }		KLP_POST_UNPATCH(object) { body }
 *
 * Callbacks. Each runs once, in process context, when kernel livepatch would run it
 * (klp-patch(5)), and may sleep. `object` is vmlinux or the name of a module, `cb` the struct
 * klp_callback. If KLP_PRE_PATCH returns a negative errno, the patch, or the module that loads, is
 * refused.
 */
#define KLP_PRE_PATCH(object)		KLP_CALLBACK(object, pre_patch, int, KLP_CALL_INT)
#define KLP_POST_PATCH(object)		KLP_CALLBACK(object, post_patch, void, KLP_CALL_VOID)
#define KLP_PRE_UNPATCH(object)		KLP_CALLBACK(object, pre_unpatch, void, KLP_CALL_VOID)
#define KLP_POST_UNPATCH(object)	KLP_CALLBACK(object, post_unpatch, void, KLP_CALL_VOID)

#define KLP_CALL_INT(call)	return call
#define KLP_CALL_VOID(call)	call; return 0

#define KLP_CALLBACK(object, when, type, call) \
	KLP_INFO_AS(klp_callback__##when##__##object, \
		    "callback=" #object ":" #when ":klp_" #when "__" #object); \
	static __always_inline type klp_do_##when##__##object(struct klp_callback *cb); \
	int klp_##when##__##object(unsigned long long *klp_ctx); \
	SEC("struct_ops.s/" #when) \
	int klp_##when##__##object(unsigned long long *klp_ctx) \
	{ \
		call(klp_do_##when##__##object((void *)klp_ctx[0])); \
	} \
	SEC(".struct_ops.link") \
	struct klp_callback_ops klp_ops_##when##__##object = { .when = (void *)klp_##when##__##object }; \
	static __always_inline type klp_do_##when##__##object(struct klp_callback *cb)

#endif
