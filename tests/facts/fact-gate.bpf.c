// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF side of two facts. `gated` decides by bit 63 of the gates word. `lonely` calls a kfunc that
 * no kernel has, behind a constant.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char fact_license[] SEC("license") = "GPL";

const volatile __u32 thread = 0;
const volatile __u32 wanted = 0;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} klp_gates SEC(".maps");

extern int klp_fact_absent(__u64 id) __ksym __weak;

SEC("fmod_ret/security_inode_getattr")
int gated(void *ctx)
{
	__u32 zero = 0;
	__u64 *word = bpf_map_lookup_elem(&klp_gates, &zero);

	if ((__u32)bpf_get_current_pid_tgid() != thread || !word || !(*word >> 63))
		return 0;
	return -13;
}

SEC("?fmod_ret/security_inode_getattr")
int lonely(void *ctx)
{
	if (wanted)
		return klp_fact_absent(1);
	return 0;
}
