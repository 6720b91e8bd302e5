// SPDX-License-Identifier: GPL-2.0-only
/* State 1 in version 1, see state.h. Sleeping tasks block it. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "state-1"
#define VERSION 1
#include "state.h"

KLP_GUARD(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	  const clockid_t clockid)
{
	if (rqtp != 12345)
		return klp_continue();
	return klp_return(0x123456789abcL);
}
