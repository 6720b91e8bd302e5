// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks in select(2) block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-select", "1.0");
KLP_DESCRIPTION("Held up by whoever selects");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, do_select, int n, fd_set_bits *fds, struct timespec64 *end_time)
{
	return klp_continue();
}
