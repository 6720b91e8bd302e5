// SPDX-License-Identifier: GPL-2.0-only
/* Only called when the thread may be in no list of the kernel's any more: OUTCOME_OUT_OF_REACH. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("exited", "1.0");
KLP_LICENSE("GPL");

KLP_REPLACE_FUNC_SLEEPABLE(void, proc_exit_connector, struct task_struct *task)
{
}
