// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes the text of /proc/cmdline, so that every reader sees its own version. Tasks that the
 * test module test_klpd_kthreads keeps inside the patched function block it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("in-park", "1.0");
KLP_DESCRIPTION("Held up by whom the test module parked");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, srcu_notifier_call_chain, struct srcu_notifier_head *nh, unsigned long val,
	     void *v)
{
	return klp_continue();
}

KLP_FMOD_RET(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
