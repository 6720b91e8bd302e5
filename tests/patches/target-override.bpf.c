// SPDX-License-Identifier: GPL-2.0-only
/* An override body on a function of a module that may be loaded and unloaded. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("target-override", "1.0");
KLP_DESCRIPTION("/proc/test_klpd_target reads \"this has been overridden\"");
KLP_LICENSE("GPL");

KLP_OVERRIDE_IN(test_klpd_target, int, test_klpd_target_show, struct seq_file *m, void *v)
{
	klp_seq_puts(m, "this has been overridden\n");
	return 0;
}
