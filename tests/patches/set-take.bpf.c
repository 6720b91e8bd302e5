// SPDX-License-Identifier: GPL-2.0-only
/* A patch of patch set b that patches a function of set-a: OUTCOME_CONFLICT, even for a replace. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-take", "1.0");
KLP_SET("b");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, version_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-take\n"))
		return klp_continue();
	return klp_return(0);
}
