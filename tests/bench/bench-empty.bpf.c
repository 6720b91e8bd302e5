// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own cost of an fmod_ret program that does nothing: no gate, no body. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/jiffies64_to_nsecs")
int bench_empty(__u64 *ctx)
{
	return 0;
}
