// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. On 7.x, tasks that read from a FIFO block it; for 6.12 see in-read.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-read7", "1.0");
KLP_DESCRIPTION("Held up by whoever reads from a FIFO");
KLP_LICENSE("GPL");

KLP_FMOD_RET(ssize_t, fifo_pipe_read, struct kiocb *iocb, struct iov_iter *to)
{
	return klp_continue();
}
