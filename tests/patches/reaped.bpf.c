// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body that sleeps in a thread that is off all task lists of the kernel: release_task() calls
 * proc_flush_pid() after it has removed the thread. Needs the test module test_klpd_calls;
 * tests/programs/reaped.c provides the thread.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("reaped", "1.0");
KLP_DESCRIPTION("A sleeper that is in no list");
KLP_LICENSE("GPL");

extern int test_klpd_calls_sleep(void) __ksym;

KLP_OVERRIDE_SLEEPABLE(void, proc_flush_pid, struct pid *pid)
{
	struct task_struct *task = bpf_get_current_task_btf();
	static const char name[] = "klp_reaped";

	for (unsigned int i = 0; i < sizeof(name); i++)
		if (task->comm[i] != name[i])
			return;
	test_klpd_calls_sleep();
}
