// SPDX-License-Identifier: GPL-2.0-only
/* For test-replace-body.sh: traces the return value of a replaced function. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/nap_show")
int trace_nap(void *ctx)
{
	return 0;
}
