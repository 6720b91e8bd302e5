// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of patch bodies that do not sleep.
 *
 * The kernel's way into a struct_ops program is the trampoline it makes for it: that takes RCU's
 * read side, forbids migration and keeps a run context, on every call and dearly. Where hook.c
 * calls, preemption is off, which is all three of the first, and nothing that such a body may call
 * wants the context. So the program is called itself, as the kernel does where it runs one with
 * preemption off; any program that does not sleep may be, as it could forbid preemption for itself.
 *
 * Here is only what is rare: the run-time statistics of sysctl kernel.bpf_stats_enabled. Apart from
 * the rest in call.h, because it wants registers of the handler's.
 */
#include "call.h"

noinline notrace __cold u32 klpm_call_counted(const struct bpf_prog *prog, const void *ctx,
					      bool whole)
{
	return whole ? __bpf_prog_run(prog, ctx, call_keep_whole) : bpf_prog_run(prog, ctx);
}
