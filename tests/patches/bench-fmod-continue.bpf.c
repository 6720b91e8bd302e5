// SPDX-License-Identifier: GPL-2.0-only
/*
 * For measurements: an fmod_ret body that lets the original run. Tasks that sleep in
 * down_killable() block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("bench-fmod-continue", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(u64, jiffies64_to_nsecs, u64 j)
{
	return klp_continue();
}

KLP_FMOD_RET(int, down_killable, struct semaphore *sem)
{
	return klp_continue();
}
