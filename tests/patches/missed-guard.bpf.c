// SPDX-License-Identifier: GPL-2.0-only
/* A body that runs for a millisecond and misses no call. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "missed.h"

KLP_PATCH("missed-guard", "1.0");
KLP_DESCRIPTION("A body of a millisecond that misses no call");
KLP_STRICT(yes);
KLP_LICENSE("GPL");

KLP_GUARD(__be32, in_aton, const char *str)
{
	missed_linger();
	return klp_return(77);
}
