// SPDX-License-Identifier: GPL-2.0-only
/* Two bodies for the same function of a module, by its two names. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-twice", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_show, struct seq_file *m, void *v)
{
	return klp_continue();
}

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_alias, struct seq_file *m, void *v)
{
	return klp_continue();
}
