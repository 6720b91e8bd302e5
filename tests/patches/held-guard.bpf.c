// SPDX-License-Identifier: GPL-2.0-only
/*
 * As held, with a guard body: tasks in nanosleep(2) block it. A sleep of exactly 12345 ns does
 * not sleep but returns a number that needs 64 bits.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("held-guard", "1.0");
KLP_DESCRIPTION("Held up by whoever sleeps");
KLP_LICENSE("GPL");

KLP_GUARD(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	  const clockid_t clockid)
{
	if (rqtp != 12345)
		return klp_continue();
	return klp_return(0x123456789abcL);
}
