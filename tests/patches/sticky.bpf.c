// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sticky: OUTCOME_STICKY when it is to go. Its transition is held up by whoever sleeps in sleep(1),
 * and what it says in /proc/loadavg shows whether a task has moved.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("sticky", "1.0");
KLP_STICKY;
KLP_STATE(21, 1);
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, loadavg_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:sticky\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_FMOD_RET(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	     const clockid_t clockid)
{
	return klp_continue();
}
