// SPDX-License-Identifier: GPL-2.0-only
/* A function of a module that takes long to load. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-slow", "1.0");
KLP_DESCRIPTION("/proc/test_klpd_slow_init reads \"this has been live patched\"");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_slow_init, int, test_klpd_slow_init_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
