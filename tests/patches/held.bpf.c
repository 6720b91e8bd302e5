// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing, but patches a function in which every sleep(1) sleeps. A sleeping task blocks
 * a transition to or from this patch for as long as it sleeps.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("held", "1.0");
KLP_DESCRIPTION("Held up by whoever sleeps");
KLP_LICENSE("GPL");

KLP_FMOD_RET(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	     const clockid_t clockid)
{
	return klp_continue();
}
