// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. On 6.12, tasks that read from a pipe block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-read", "1.0");
KLP_DESCRIPTION("Held up by whoever reads from a pipe");
KLP_LICENSE("GPL");

KLP_FMOD_RET(ssize_t, pipe_read, struct kiocb *iocb, struct iov_iter *to)
{
	return klp_continue();
}
