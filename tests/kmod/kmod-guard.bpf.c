// SPDX-License-Identifier: GPL-2.0-only
/* Guard bodies for kmod-guard.c, written by hand as the macros of klp.bpf.h would produce them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct klp_call {
	__u64 arg5, arg4;
	__u64 ret;
	__u64 arg3, arg2, arg1, arg0;
} __attribute__((preserve_access_index));

struct klp_func_ops {
	char record[64];
	__u32 func;
	int (*guard)(struct klp_call *call);
};

extern int klp_seq_puts(__u64 m, const char *s__str) __ksym;

volatile __u64 nap_result;
volatile __u32 nap_tgid;
volatile bool skipping;
__u64 naps;

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops/guard")
int guard_cmdline(__u64 *ctx)
{
	struct klp_call *call = (void *)ctx[0];

	if (klp_seq_puts(call->arg0, "guarded\n"))
		return 0;
	call->ret = 0;
	return 1;
}

SEC("struct_ops/guard")
int guard_nap(__u64 *ctx)
{
	struct klp_call *call = (void *)ctx[0];

	if (bpf_get_current_task_btf()->tgid != nap_tgid)
		return 0;
	__sync_fetch_and_add(&naps, 1);
	call->ret = nap_result;
	return 1;
}

/* Stands for a foreign program, which skips the function in the threads of the test. */
SEC("fmod_ret/hrtimer_nanosleep")
int skip_nap(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();

	return skipping && t->tgid == nap_tgid && t->pid != t->tgid ? -5 : 0;
}

SEC(".struct_ops.link")
struct klp_func_ops cmdline = {
	.record = "guard",
	.func = 0,
	.guard = (void *)guard_cmdline,
};

SEC(".struct_ops.link")
struct klp_func_ops nap = {
	.record = "guard",
	.func = 1,
	.guard = (void *)guard_nap,
};
