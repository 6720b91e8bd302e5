// SPDX-License-Identifier: GPL-2.0-only
/*
 * A foreign program that only traces a function that a patch is to patch. Tests load as many
 * copies as the kernel permits.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/cmdline_proc_show")
int rival_trace(__u64 *ctx)
{
	return 0;
}
