// SPDX-License-Identifier: GPL-2.0-only
/*
 * All callbacks of vmlinux, test_klpd_target and test_klpd_busy, in this order. The bodies:
 * /proc/cmdline and /proc/test_klpd_target read as patched; test_klpd_busy_work() behaves as
 * before.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "cb-demo"
#include "callbacks.h"

KLP_PATCH("cb-demo", "1.0");
KLP_DESCRIPTION("Callbacks that say what they are called for");
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "cb-demo\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "cb-demo\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD_IN(test_klpd_busy, void, test_klpd_busy_work, struct work_struct *work)
{
	return klp_continue();
}

SAYING_CALLBACKS(vmlinux);
SAYING_CALLBACKS(test_klpd_target);
SAYING_CALLBACKS(test_klpd_busy);
