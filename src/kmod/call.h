/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BPF program called where a function was, with the registers that it was called with. Who calls
 * has preemption off. See call.c for why this is not the kernel's own way in.
 */
#ifndef KLP_KMOD_CALL_H
#define KLP_KMOD_CALL_H

#include <linux/compiler.h>
#include <linux/filter.h>
#include <linux/ptrace.h>

#include "body.h"

/* What a guard sees of a call is a part of the saved registers; see struct klp_call. */
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

/* What a replace body is called with, and what it returned: 64 bits, where the kernel's ways to
 * call a program keep 32. */
struct call_args {
	u64 args[6];		/* first: the program's context */
	u64 ret;
};

typedef u64 (*call_whole_fn)(const void *ctx, const struct bpf_insn *insn);

/* The instructions are the same for every type of program; only what is made of rax differs. */
static __always_inline __nocfi unsigned int
call_keep_whole(const void *ctx, const struct bpf_insn *insn,
		unsigned int (*fn)(const void *, const struct bpf_insn *))
{
	((struct call_args *)ctx)->ret = ((call_whole_fn)(unsigned long)fn)(ctx, insn);
	return 0;
}

u32 klpm_call_counted(const struct bpf_prog *prog, const void *ctx, bool whole);

/*
 * 0: the original is to run. What a guard writes into klp_call.ret is where the function's value is
 * returned already; if the original runs after all, it finds a register that means nothing at the
 * entry of a function.
 */
static __always_inline u32 call_guard(const struct bpf_prog *prog, struct pt_regs *regs)
{
	u64 ctx[1] = { (unsigned long)regs + CALL_WINDOW };

	if (static_branch_unlikely(&bpf_stats_enabled_key))
		return klpm_call_counted(prog, ctx, false);
	return bpf_dispatcher_nop_func(ctx, prog->insnsi, prog->bpf_func);
}

/* What it returns is where the function's value is returned. */
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
