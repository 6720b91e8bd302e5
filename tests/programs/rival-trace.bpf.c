// SPDX-License-Identifier: GPL-2.0-only
/* Somebody who only looks at what a patch wants to patch. Loaded as often as the kernel lets it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/cmdline_proc_show")
int rival_trace(__u64 *ctx)
{
	return 0;
}
