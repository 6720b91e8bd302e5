// SPDX-License-Identifier: GPL-2.0-only
/* For test-guard.sh: BPF trampolines that call the original of functions with guard bodies. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/hrtimer_nanosleep")
int trace_nanosleep(void *ctx)
{
	return 0;
}

SEC("fexit/cmdline_proc_show")
int trace_cmdline(void *ctx)
{
	return 0;
}
