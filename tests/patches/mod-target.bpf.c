// SPDX-License-Identifier: GPL-2.0-only
/* One function of a module and nothing else. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-target", "1.0");
KLP_DESCRIPTION("/proc/test_klpd_target reads \"this has been live patched\"");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
