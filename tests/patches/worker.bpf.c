// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel worker never leaves worker_thread(), the function it was created to run:
 * OUTCOME_OUT_OF_REACH.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("worker", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, worker_thread, void *worker)
{
	return klp_continue();
}
