// SPDX-License-Identifier: GPL-2.0-only
/* Nor does a kernel thread that is in the function it was made to run. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("worker", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, worker_thread, void *worker)
{
	return klp_continue();
}
