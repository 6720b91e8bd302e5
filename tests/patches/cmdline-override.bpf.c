// SPDX-License-Identifier: GPL-2.0-only
/* As the patch cmdline, but with an override body. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cmdline-override", "1.0");
KLP_DESCRIPTION("/proc/cmdline reads \"this has been overridden\"");
KLP_STRICT(yes);
KLP_REPLACE;
KLP_LICENSE("GPL");

KLP_OVERRIDE(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	klp_seq_puts(m, "this has been overridden\n");
	return 0;
}
