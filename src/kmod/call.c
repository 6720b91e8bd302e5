// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of patch bodies that do not sleep.
 *
 * The kernel enters a struct_ops program through a trampoline, which on every call takes the RCU
 * read lock, disables migration and keeps a run context. That is expensive. hook.c calls bodies
 * with preemption off, which implies both an RCU read-side section and no migration, and nothing
 * that such a body may call needs the run context. So hook.c calls the program directly, as the
 * kernel does where it runs a program with preemption off. Any program that does not sleep may be
 * called so, since it could disable preemption itself.
 *
 * This file has only the rare case: the run-time statistics of sysctl kernel.bpf_stats_enabled. It
 * is separate from call.h so that it does not take registers of the handler.
 */
#include "call.h"

noinline notrace __cold u32 klpm_call_counted(const struct bpf_prog *prog, const void *ctx,
					      bool whole)
{
	return whole ? __bpf_prog_run(prog, ctx, call_keep_whole) : bpf_prog_run(prog, ctx);
}
