// SPDX-License-Identifier: GPL-2.0-only
/*
 * Override bodies for functions of the test module test_klpd_calls: one that sleeps, one that may
 * sleep and calls the function again, and one that klp.ko skips where sleeping is not allowed.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("nap", "1.0");
KLP_DESCRIPTION("Overrides functions of the test module test_klpd_calls, and what /proc/cmdline says");
KLP_STRICT(yes);
KLP_LICENSE("GPL");

extern int test_klpd_calls_sleep(void) __ksym;
extern long test_klpd_calls_deeper(long n) __ksym;

KLP_OVERRIDE_SLEEPABLE_IN(test_klpd_calls, int, nap_show, struct seq_file *m, void *v)
{
	int r = test_klpd_calls_sleep();

	if (r)
		return r;
	klp_seq_puts(m, "overridden\n");
	return 0;
}

KLP_OVERRIDE_IN(test_klpd_calls, long, nap_six, long a, long b, long c, long d, long e, long f)
{
	return -(((((a * 10 + b) * 10 + c) * 10 + d) * 10 + e) * 10 + f);
}

KLP_OVERRIDE_SLEEPABLE_IN(test_klpd_calls, int, nap_soft)
{
	return 2;
}

/* test_klpd_calls_deeper() adds 1 and calls nap_deep(), which reaches the original. */
KLP_OVERRIDE_SLEEPABLE_IN(test_klpd_calls, long, nap_deep, long n)
{
	return 100 + test_klpd_calls_deeper(n);
}

KLP_OVERRIDE(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	klp_seq_puts(m, "this has been overridden\n");
	return 0;
}
