// SPDX-License-Identifier: GPL-2.0-only
/* A patch with its own patch set: a hook in force that does not concern any other patch. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("aside", "1.0");
KLP_SET("aside");
KLP_LICENSE("GPL");

KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}
