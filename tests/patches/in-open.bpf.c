// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes nothing. Tasks that open one end of a FIFO and wait for the other end block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-open", "1.0");
KLP_DESCRIPTION("Held up by whoever opens one end of a FIFO");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, fifo_open, struct inode *inode, struct file *filp)
{
	return klp_continue();
}
