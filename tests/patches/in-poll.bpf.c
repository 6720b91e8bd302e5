// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks in poll(2) block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-poll", "1.0");
KLP_DESCRIPTION("Held up by whoever polls");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, do_sys_poll, struct pollfd *ufds, unsigned int nfds, struct timespec64 *end_time)
{
	return klp_continue();
}
