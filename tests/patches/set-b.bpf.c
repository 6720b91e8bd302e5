// SPDX-License-Identifier: GPL-2.0-only
/* Patch set b, which shares nothing with set-a. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("set-b", "1.0");
KLP_SET("b");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, uptime_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "klp:set-b\n"))
		return klp_continue();
	return klp_return(0);
}
