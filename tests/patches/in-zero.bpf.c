// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks that read from /dev/zero block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-zero", "1.0");
KLP_DESCRIPTION("Held up by whoever reads zeros");
KLP_LICENSE("GPL");

KLP_FMOD_RET(ssize_t, read_iter_zero, struct kiocb *iocb, struct iov_iter *iter)
{
	return klp_continue();
}
