// SPDX-License-Identifier: GPL-2.0-only
/* Five bodies, each of which calls the next patched function: one more than can be nested. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("nest-deep", "1.0");
KLP_LICENSE("GPL");

extern long test_klpd_calls_level(__u32 i, long n) __ksym;

KLP_GUARD_IN(test_klpd_calls, long, nap_level_0, long n)
{
	return klp_return(10 + test_klpd_calls_level(1, n));
}

KLP_OVERRIDE_IN(test_klpd_calls, long, nap_level_1, long n)
{
	return 10 + test_klpd_calls_level(2, n);
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_2, long n)
{
	return klp_return(10 + test_klpd_calls_level(3, n));
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_3, long n)
{
	return klp_return(10 + test_klpd_calls_level(4, n));
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_4, long n)
{
	return klp_return(10 + n);
}
