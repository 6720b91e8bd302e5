// SPDX-License-Identifier: GPL-2.0-only
/* An __init function, which is freed once the kernel has started: OUTCOME_NOT_TRACEABLE. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("gone-init", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(void, start_kernel)
{
	return klp_continue();
}
