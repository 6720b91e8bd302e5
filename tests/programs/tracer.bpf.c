// SPDX-License-Identifier: GPL-2.0-only
/* For test-override.sh: traces the return value of an overridden function. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/nap_show")
int trace_nap(void *ctx)
{
	return 0;
}
