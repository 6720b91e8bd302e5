// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch of another patch set with the name of set-a: OUTCOME_ALREADY_ENABLED, even for a
 * replace.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-a", "2.0");
KLP_SET("b");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, uptime_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-name\n"))
		return klp_continue();
	return klp_return(0);
}
