/* SPDX-License-Identifier: GPL-2.0-only */
/* Patch BENCH_NAME: the BENCH_FUNCTIONS of functions.h with bodies of the kind BENCH_BODY. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#include "functions.h"

KLP_PATCH(BENCH_NAME, "1.0");
KLP_LICENSE("GPL");

#define BENCH_DEFINE(name) BENCH_EXPAND(BENCH_BODY, __x64_sys_##name)
#define BENCH_EXPAND(body, function) \
	body(long, function, const struct pt_regs *regs) \
	{ \
		return klp_continue(); \
	}

BENCH_FUNCTIONS(BENCH_DEFINE)
