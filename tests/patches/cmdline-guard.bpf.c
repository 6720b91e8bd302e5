// SPDX-License-Identifier: GPL-2.0-only
/* The same as the patch cmdline, with a guard body: nothing of us is on the stack of the original. */
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
