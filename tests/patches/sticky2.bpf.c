// SPDX-License-Identifier: GPL-2.0-only
/* Takes over the state of sticky, and can be disabled. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("sticky2", "1.0");
KLP_STATE(21, 2);
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, loadavg_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:sticky2\n"))
		return klp_continue();
	return klp_return(0);
}
