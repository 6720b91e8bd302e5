// SPDX-License-Identifier: GPL-2.0-only
/* Callbacks of vmlinux only. Enabled beside cb-demo, or as its replacement. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "cb-demo2"
#include "callbacks.h"

KLP_PATCH("cb-demo2", "1.0");
KLP_DESCRIPTION("Callbacks that say what they are called for");
KLP_LICENSE("GPL");

KLP_GUARD(int, meminfo_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}

SAYING_CALLBACKS(vmlinux);
