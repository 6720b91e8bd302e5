// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two programs that detect a task in two versions at once. futex_wait() sleeps and then calls
 * futex_unqueue(), so the gate must give the same answer at the entry of both, however long the
 * task slept in between. Only tasks of one uid are watched. Both programs always let the original
 * run.
 *
 * Between the gate's answer and the original lie the rest of the program and of the trampoline.
 * On a preemptible kernel a task can be preempted just there, with an answer that may become
 * outdated. To make this likely, the first program sometimes spends extra time after the gate.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

extern int klp_gate(__u64 id) __ksym;

struct sight {
	__u32 mark;
	__u32 version;
	__u64 phase;
};

struct sleeper {
	__u64 pid;
	__u64 start_time;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct sleeper);
	__type(value, struct sight);
} seen SEC(".maps");

/*
 * Keyed by pid and start time: where many tasks are forked, pids are reused within minutes. The
 * entry of a task that died asleep must not be used for a later task with the same pid whose own
 * entry was missed.
 */
static struct sleeper me(void)
{
	struct sleeper s = {
		.pid = bpf_get_current_pid_tgid(),
		.start_time = bpf_get_current_task_btf()->start_time,
	};

	return s;
}

volatile __u64 id;		/* of the patch whose gate is asked */
volatile __u32 uid;
volatile __u64 phase;		/* odd: a transition runs; grows at each start, reversal, end */
volatile __u32 dawdle;		/* loop rounds to spend, at every 128th call */
__u64 calls, pairs, patched, violations;
__u64 across;			/* pairs that began in one phase and ended in another */
__u64 during[2];		/* pairs that ended while a transition ran, by version */

char LICENSE[] SEC("license") = "GPL";

static int waste(__u64 i, void *ctx)
{
	return 0;
}

/*
 * A sleeper that a signal sends to user mode moves, and comes back with the same arguments and
 * the same mark. If an fmod_ret program then misses its second futex_wait(), the entry of the
 * first must not be used for it.
 */
SEC("raw_tp/sys_enter")
int comes(__u64 *ctx)
{
	struct sleeper task = me();

	if ((__u32)bpf_get_current_uid_gid() == uid)
		bpf_map_delete_elem(&seen, &task);
	return 0;
}

/* futex_wait(uaddr, flags, val, abs_time, bitset) */
SEC("fmod_ret/futex_wait")
long outer_enter(__u64 *ctx)
{
	struct sleeper task = me();
	struct sight s = { .mark = ctx[4] };

	if ((__u32)bpf_get_current_uid_gid() != uid)
		return 0;
	s.phase = phase;
	s.version = klp_gate(id);
	if (dawdle && __sync_fetch_and_add(&calls, 1) % 128 == 0)
		bpf_loop(dawdle, waste, NULL, 0);
	bpf_map_update_elem(&seen, &task, &s, BPF_ANY);
	return 0;
}

/* futex_unqueue(q) */
SEC("fmod_ret/futex_unqueue")
long inner_enter(__u64 *ctx)
{
	struct futex_q *q = (void *)ctx[0];
	struct sleeper task = me();
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
	if (phase != before->phase)
		__sync_fetch_and_add(&across, 1);
	if (phase & 1)
		__sync_fetch_and_add(&during[now & 1], 1);
	if (now != before->version)
		__sync_fetch_and_add(&violations, 1);
	return 0;
}
