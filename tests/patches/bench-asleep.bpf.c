// SPDX-License-Identifier: GPL-2.0-only
/* For measurements: bench-override with a sleepable body. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("bench-asleep", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE_SLEEPABLE(u64, jiffies64_to_nsecs, u64 j)
{
	return 7;
}

KLP_GUARD(int, down_killable, struct semaphore *sem)
{
	return klp_continue();
}
