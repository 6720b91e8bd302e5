// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sticky patch: disabling it fails with OUTCOME_STICKY. Tasks in sleep(1) block its transition,
 * and the text of /proc/loadavg shows whether a task has moved.
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
