// SPDX-License-Identifier: GPL-2.0-only
/* missed-fmod as a strict patch: klpd refuses it. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "missed.h"

KLP_PATCH("missed-strict", "1.0");
KLP_DESCRIPTION("The same, strict: it is refused");
KLP_STRICT(yes);
KLP_LICENSE("GPL");

KLP_FMOD_RET(__be32, in_aton, const char *str)
{
	missed_linger();
	return klp_return(77);
}
