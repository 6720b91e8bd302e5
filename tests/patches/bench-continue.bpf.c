// SPDX-License-Identifier: GPL-2.0-only
/*
 * For measurements: a guard body that lets the original run. Tasks that sleep in down_killable()
 * block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("bench-continue", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(u64, jiffies64_to_nsecs, u64 j)
{
	return klp_continue();
}

KLP_GUARD(int, down_killable, struct semaphore *sem)
{
	return klp_continue();
}
