// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two programs that catch a task in two versions at once: futex_wait() sleeps and then calls
 * futex_unqueue(), so what the gate answered at the entry of the first must be what it answers at
 * the entry of the second, however long the task slept between. Only tasks of one uid are watched.
 * Both always let the original run.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

extern int klp_gate(__u64 id) __ksym;

struct sight {
	__u32 mark;
	__u32 version;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct sight);
} seen SEC(".maps");

volatile __u64 id;		/* of the record whose gate is asked */
volatile __u32 uid;
__u64 pairs, patched, violations;

char LICENSE[] SEC("license") = "GPL";

/* futex_wait(uaddr, flags, val, abs_time, bitset) */
SEC("fmod_ret/futex_wait")
long outer_enter(__u64 *ctx)
{
	__u64 task = bpf_get_current_pid_tgid();
	struct sight s = { .mark = ctx[4] };

	if ((__u32)bpf_get_current_uid_gid() != uid)
		return 0;
	s.version = klp_gate(id);
	bpf_map_update_elem(&seen, &task, &s, BPF_ANY);
	return 0;
}

/* futex_unqueue(q) */
SEC("fmod_ret/futex_unqueue")
long inner_enter(__u64 *ctx)
{
	struct futex_q *q = (void *)ctx[0];
	__u64 task = bpf_get_current_pid_tgid();
	struct sight *before;
	__u32 now;

	if ((__u32)bpf_get_current_uid_gid() != uid)
		return 0;
	before = bpf_map_lookup_elem(&seen, &task);
	if (!before || before->mark != BPF_CORE_READ(q, bitset))
		return 0;
	now = klp_gate(id);
	__sync_fetch_and_add(&pairs, 1);
	if (now)
		__sync_fetch_and_add(&patched, 1);
	if (now != before->version)
		__sync_fetch_and_add(&violations, 1);
	return 0;
}
