// SPDX-License-Identifier: GPL-2.0-only
/* cmdline-guard, blocked by tasks that sleep in down_killable(). */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cmdline-held", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been guarded\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD(int, down_killable, struct semaphore *sem)
{
	return klp_continue();
}
