// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bodies that call nothing, on two functions that nest patches as well and on one that it does
 * not.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("nest-flat", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE_IN(test_klpd_calls, long, nap_level_1, long n)
{
	return 200 + n;
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_3, long n)
{
	return klp_return(300 + n);
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_4, long n)
{
	return klp_return(400 + n);
}
