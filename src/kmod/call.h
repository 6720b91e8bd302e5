/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls a BPF program in place of a function, with the registers that the function was called with.
 * The caller has preemption off. call.c says why this does not use the kernel's trampoline.
 */
#ifndef KLP_KMOD_CALL_H
#define KLP_KMOD_CALL_H

#include <linux/compiler.h>
#include <linux/filter.h>
#include <linux/ptrace.h>

#include "body.h"

/* struct klp_call, which a guard sees, overlays a part of the saved registers. */
#define CALL_WINDOW	offsetof(struct pt_regs, r9)
#define CALL_SEES(field, reg)                                           \
	static_assert(CALL_WINDOW + offsetof(struct klp_call, field) == \
		      offsetof(struct pt_regs, reg))
CALL_SEES(arg0, di);
CALL_SEES(arg1, si);
CALL_SEES(arg2, dx);
CALL_SEES(arg3, cx);
CALL_SEES(arg4, r8);
CALL_SEES(arg5, r9);
CALL_SEES(ret, ax);

/*
 * What an override body is called with, and its return value in all 64 bits; the kernel's own
 * functions that call a program keep 32.
 */
struct call_args {
	u64 args[6];		/* first, because a pointer to it is the program's context */
	u64 ret;
};

typedef u64 (*call_whole_fn)(const void *ctx, const struct bpf_insn *insn);

/*
 * Keeps all 64 bits of rax. The instructions of a program do not depend on its type; the types
 * differ only in what the caller takes from rax.
 */
static __always_inline __nocfi unsigned int
call_keep_whole(const void *ctx, const struct bpf_insn *insn,
		unsigned int (*fn)(const void *, const struct bpf_insn *))
{
	((struct call_args *)ctx)->ret = ((call_whole_fn)(unsigned long)fn)(ctx, insn);
	return 0;
}

/* Call the program, and count it in the run-time statistics. @whole: it is an override body. */
u32 klpm_call_counted(const struct bpf_prog *prog, const void *ctx, bool whole);

/*
 * Call a guard. A guard writes klp_call.ret straight into the saved register of the return value.
 * If the original runs after all, it finds a register there that has no meaning at the entry of a
 * function.
 *
 * Return: 0 if the original is to run; otherwise regs->ax is to be returned.
 */
static __always_inline u32 call_guard(const struct bpf_prog *prog, struct pt_regs *regs)
{
	u64 ctx[1] = { (unsigned long)regs + CALL_WINDOW };

	if (static_branch_unlikely(&bpf_stats_enabled_key))
		return klpm_call_counted(prog, ctx, false);
	return bpf_dispatcher_nop_func(ctx, prog->insnsi, prog->bpf_func);
}

/* Call an override body; its return value is then in regs->ax. */
static __always_inline void call_whole(const struct bpf_prog *prog, struct pt_regs *regs)
{
	struct call_args a __attribute__((uninitialized));

	a.args[0] = regs->di;
	a.args[1] = regs->si;
	a.args[2] = regs->dx;
	a.args[3] = regs->cx;
	a.args[4] = regs->r8;
	a.args[5] = regs->r9;
	if (static_branch_unlikely(&bpf_stats_enabled_key))
		klpm_call_counted(prog, &a, true);
	else
		call_keep_whole(&a, prog->insnsi, prog->bpf_func);
	regs->ax = a.ret;
}

#endif
