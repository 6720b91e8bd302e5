// SPDX-License-Identifier: GPL-2.0-only
/* A function of a module with a prototype that differs from the module's BTF: OUTCOME_PROTOTYPE. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-proto", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_show, struct task_struct *m, int v)
{
	return klp_continue();
}
