// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks that wait for a futex block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-futex", "1.0");
KLP_DESCRIPTION("Held up by whoever waits for a futex");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, futex_wait, u32 *uaddr, unsigned int flags, u32 val, ktime_t *abs_time,
	     u32 bitset)
{
	return klp_continue();
}
