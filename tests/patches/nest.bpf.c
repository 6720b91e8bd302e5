// SPDX-License-Identifier: GPL-2.0-only
/* Bodies that call patched functions: 0 and 1 call each other, 2 and 3 call themselves. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("nest", "1.0");
KLP_LICENSE("GPL");

extern long test_klpd_calls_level(__u32 i, long n) __ksym;

KLP_GUARD_IN(test_klpd_calls, long, nap_level_0, long n)
{
	return klp_return(1000 + test_klpd_calls_level(1, n));
}

KLP_OVERRIDE_IN(test_klpd_calls, long, nap_level_1, long n)
{
	return 100 + test_klpd_calls_level(0, n);
}

KLP_GUARD_IN(test_klpd_calls, long, nap_level_2, long n)
{
	return klp_return(10 + test_klpd_calls_level(2, n));
}

KLP_OVERRIDE_IN(test_klpd_calls, long, nap_level_3, long n)
{
	return 20 + test_klpd_calls_level(3, n);
}
