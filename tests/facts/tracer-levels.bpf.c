// SPDX-License-Identifier: GPL-2.0-only
/* For test-replace-body.sh: somebody who looks at functions of klp_nap as they are called, and at what they
 * return. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* Leaves something else in the register that a value is returned in. */
SEC("fentry/nap_level_0")
int trace_enter_0(void *ctx)
{
	return 0;
}

SEC("fentry/nap_level_1")
int trace_enter_1(void *ctx)
{
	return 0;
}

SEC("fexit/nap_level_2")
int trace_exit_2(void *ctx)
{
	return 0;
}

SEC("fexit/nap_level_3")
int trace_exit_3(void *ctx)
{
	return 0;
}
