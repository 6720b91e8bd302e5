// SPDX-License-Identifier: GPL-2.0-only
/* Of a set of its own: a hook in force that concerns no other patch. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("aside", "1.0");
KLP_SET("aside");
KLP_LICENSE("GPL");

KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}
