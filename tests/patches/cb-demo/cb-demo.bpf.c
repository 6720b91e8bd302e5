// SPDX-License-Identifier: GPL-2.0-only
/*
 * All callbacks of the kernel and of two modules, in the order vmlinux, klp_target, klp_busy. The
 * functions: /proc/cmdline and /proc/klp_target say that they are patched; klp_busy_work() is as ever.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "cb-demo"
#include "../callbacks.h"

KLP_PATCH("cb-demo", "1.0");
KLP_DESCRIPTION("Callbacks that say what they are called for");
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "cb-demo\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD_IN(klp_target, int, klp_target_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "cb-demo\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD_IN(klp_busy, void, klp_busy_work, struct work_struct *work)
{
	return klp_continue();
}

SAYING_CALLBACKS(vmlinux);
SAYING_CALLBACKS(klp_target);
SAYING_CALLBACKS(klp_busy);
