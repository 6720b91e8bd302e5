// SPDX-License-Identifier: GPL-2.0-only
/* Replaces set-a, as its own metadata (KLP_REPLACE) requests. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-a2", "1.0");
KLP_SET("a");
KLP_STATE(7, 2);
KLP_REPLACE;
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, version_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-a2\n"))
		return klp_continue();
	return klp_return(0);
}
