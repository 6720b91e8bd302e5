// SPDX-License-Identifier: GPL-2.0-only
/*
 * The struct_ops instance of cc-1 with a window of 33, and a body on a function in which every
 * sleep(1) sleeps.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define CWND 33
#include "cc.h"

KLP_PATCH("cc-held", "1");
KLP_LICENSE("GPL");

KLP_STRUCT_OPS(tcp_congestion_ops, cc, "klp_cc");
CC(cc, "klp_cc");

KLP_FMOD_RET(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	     const clockid_t clockid)
{
	return klp_continue();
}
