// SPDX-License-Identifier: GPL-2.0-only
/* An object that has a directory in /sys/module, as a module does, but is built into the kernel. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-builtin", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD_IN(printk, int, vprintk_emit, int facility)
{
	return klp_continue();
}
