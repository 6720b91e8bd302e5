// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that the module does not have. If the module is loaded, klpd refuses the patch; if
 * not, the patch prevents the module from loading.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("mod-missing", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD_IN(test_klpd_target, int, test_klpd_target_no_such_function, int a)
{
	return klp_continue();
}
