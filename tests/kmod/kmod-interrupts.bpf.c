// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the gate in interrupts: when a timer that a sleeper waits for expires (hard), and when the
 * kernel checks the other timers (soft). Counts the gate's answers separately for interrupts of
 * `blocker` and for interrupts of other tasks.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern int klp_gate(__u64 id) __ksym;

volatile __u64 id;
volatile __u32 blocker, watch;
__u64 hard[2][2], soft[2][2];	/* [interrupted the blocker][gate's answer] */

char LICENSE[] SEC("license") = "GPL";

static __always_inline void count(__u64 (*seen)[2])
{
	bool mine = (__u32)bpf_get_current_pid_tgid() == blocker;

	if (watch)
		__sync_fetch_and_add(&seen[mine][klp_gate(id) & 1], 1);
}

SEC("fentry/hrtimer_wakeup")
int timer_wakes(__u64 *ctx)
{
	count(hard);
	return 0;
}

SEC("fentry/run_timer_softirq")
int timers_run(__u64 *ctx)
{
	count(soft);
	return 0;
}
