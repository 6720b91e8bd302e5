// SPDX-License-Identifier: GPL-2.0-only
/* Replaces a function that the kernel calls to enter and leave a body: it would recurse forever. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("replace-own", "1.0");
KLP_LICENSE("GPL");

KLP_REPLACE_FUNC(void, __rcu_read_lock)
{
}
