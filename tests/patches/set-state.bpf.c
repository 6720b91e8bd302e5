// SPDX-License-Identifier: GPL-2.0-only
/* A patch of patch set b with a state that set-a has: OUTCOME_STATE_INCOMPATIBLE in any version. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-state", "1.0");
KLP_SET("b");
KLP_STATE(7, 9);
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, uptime_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-state\n"))
		return klp_continue();
	return klp_return(0);
}
