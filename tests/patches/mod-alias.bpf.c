// SPDX-License-Identifier: GPL-2.0-only
/* The function of mod-target, by its other name. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-alias", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_alias, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this is the alias\n"))
		return klp_continue();
	return klp_return(0);
}
