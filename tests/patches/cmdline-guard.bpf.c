// SPDX-License-Identifier: GPL-2.0-only
/*
 * As the patch cmdline, but with a guard body: no frame of klp.ko is on the stack while the
 * original runs.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cmdline-guard", "1.0");
KLP_DESCRIPTION("/proc/cmdline reads \"this has been guarded\"");
KLP_STRICT(yes);
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been guarded\n"))
		return klp_continue();
	return klp_return(0);
}
