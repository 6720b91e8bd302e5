// SPDX-License-Identifier: GPL-2.0-only
/* A noinstr function on the kernel's entry path: OUTCOME_NOT_TRACEABLE. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("entry", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(void, ct_nmi_enter)
{
	return klp_continue();
}
