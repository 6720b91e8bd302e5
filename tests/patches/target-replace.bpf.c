// SPDX-License-Identifier: GPL-2.0-only
/* A replace body on a function of a module that may be loaded and unloaded. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("target-replace", "1.0");
KLP_DESCRIPTION("/proc/test_klpd_target reads \"this has been replaced\"");
KLP_LICENSE("GPL");

KLP_REPLACE_FUNC_IN(test_klpd_target, int, test_klpd_target_show, struct seq_file *m, void *v)
{
	klp_seq_puts(m, "this has been replaced\n");
	return 0;
}
