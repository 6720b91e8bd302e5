// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that is called only when the thread may already be off all task lists of the kernel:
 * OUTCOME_OUT_OF_REACH.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("exited", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE_SLEEPABLE(void, proc_exit_connector, struct task_struct *task)
{
}
