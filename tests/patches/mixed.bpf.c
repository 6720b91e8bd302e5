// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bodies of all kinds in one patch. A sleep of exactly 12345 ns does not sleep but returns a
 * number.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mixed", "1.0");
KLP_DESCRIPTION("/proc/version, cmdline and uptime read the kind of body");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, version_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "fmod_ret\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "guard\n"))
		return klp_continue();
	return klp_return(0);
}

KLP_OVERRIDE(int, uptime_proc_show, struct seq_file *m, void *v)
{
	klp_seq_puts(m, "override\n");
	return 0;
}
