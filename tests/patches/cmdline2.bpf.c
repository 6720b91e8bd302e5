// SPDX-License-Identifier: GPL-2.0-only
/* Another version of patches/cmdline, for a replace by a patch of the same name. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cmdline", "2.0");
KLP_DESCRIPTION("/proc/cmdline reads \"this has been live patched again\"");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched again\n"))
		return klp_continue();
	return klp_return(0);
}
