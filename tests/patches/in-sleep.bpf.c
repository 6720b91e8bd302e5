// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes the text of /proc/cmdline, so that every reader sees its own version. Every sleep(1)
 * blocks it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-sleep", "1.0");
KLP_DESCRIPTION("Held up by whoever sleeps, and seen in /proc/cmdline");
KLP_LICENSE("GPL");

KLP_FMOD_RET(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	     const clockid_t clockid)
{
	return klp_continue();
}

KLP_FMOD_RET(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
