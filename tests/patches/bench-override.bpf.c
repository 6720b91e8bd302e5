// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: an override body. Tasks that sleep in down_killable() block it. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("bench-override", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE(u64, jiffies64_to_nsecs, u64 j)
{
	return 7;
}

KLP_GUARD(int, down_killable, struct semaphore *sem)
{
	return klp_continue();
}
