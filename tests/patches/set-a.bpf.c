// SPDX-License-Identifier: GPL-2.0-only
/* Patch set a, state 7 in version 1. Patches without a patch set do not replace it. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-a", "1.0");
KLP_SET("a");
KLP_STATE(7, 1);
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, version_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-a\n"))
		return klp_continue();
	return klp_return(0);
}
