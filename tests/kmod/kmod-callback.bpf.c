// SPDX-License-Identifier: GPL-2.0-only
/*
 * A callback for kmod-callback.c: sleeps in test_klpd_calls_sleep(), then returns the configured
 * result.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct klp_callback {
	char object[56];
};

struct klp_callback_ops {
	char record[64];
	__u32 index;
	int (*pre_patch)(struct klp_callback *cb);
};

extern int test_klpd_calls_sleep(void) __ksym;

volatile int result;

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops.s/pre_patch")
int nap_pre_patch(__u64 *ctx)
{
	test_klpd_calls_sleep();
	return result > 0 || result < -4095 ? -22 : result;
}

SEC(".struct_ops.link")
struct klp_callback_ops nap = {
	.record = "nap",
	.index = 0,
	.pre_patch = (void *)nap_pre_patch,
};
