// SPDX-License-Identifier: GPL-2.0-only
/* Overrides a function that the kernel calls to enter and leave a body: that would never end. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("override-own", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE(void, __rcu_read_lock)
{
}
