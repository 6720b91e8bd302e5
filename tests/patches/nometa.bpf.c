// SPDX-License-Identifier: GPL-2.0-only
/* A BPF object file that is not a patch: OUTCOME_NO_METADATA. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int plain(void *ctx);

SEC("fentry/cmdline_proc_show")
int plain(void *ctx)
{
	(void)ctx;
	return 0;
}
