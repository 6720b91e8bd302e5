// SPDX-License-Identifier: GPL-2.0-only
/*
 * Override bodies for kmod-override.c, written by hand as the macros of klp.bpf.h would produce
 * them.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct klp_call;

struct klp_func_ops {
	char record[64];
	__u32 func;
	int (*guard)(struct klp_call *call);
	__u64 (*override)(__u64 arg0, __u64 arg1, __u64 arg2, __u64 arg3, __u64 arg4, __u64 arg5);
};

volatile __u64 nap_result;
volatile __u32 spin;
__u64 naps, spun;

char LICENSE[] SEC("license") = "GPL";

/* Loops for a while first, so that it is interrupted and preempted in the middle. */
SEC("struct_ops/override")
__u64 override_nap(__u64 *ctx)
{
	int i;

	__sync_fetch_and_add(&naps, 1);
	bpf_for(i, 0, spin)
		spun++;
	return nap_result ?: ctx[0];
}

SEC("struct_ops/guard")
int guard_nap(__u64 *ctx)
{
	return 0;
}

SEC("struct_ops.s/guard")
int guard_asleep(__u64 *ctx)
{
	return 0;
}

SEC(".struct_ops.link")
struct klp_func_ops nap = { .record = "override", .func = 0, .override = (void *)override_nap };

SEC(".struct_ops.link")
struct klp_func_ops both = {
	.record = "override",
	.guard = (void *)guard_nap,
	.override = (void *)override_nap,
};

SEC(".struct_ops.link")
struct klp_func_ops asleep = { .record = "override", .guard = (void *)guard_asleep };
