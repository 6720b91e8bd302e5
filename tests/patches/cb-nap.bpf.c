// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks that sleep, in test_klpd_calls_sleep() of the test module test_klpd_calls, if the
 * guest's domain name is "nap-WHEN-OBJECT". Afterwards pre_patch refuses if the domain name is
 * then "refuse-OBJECT".
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "cb-nap"
#include "callbacks.h"

KLP_PATCH("cb-nap", "1.0");
KLP_DESCRIPTION("Callbacks that take their time");
KLP_LICENSE("GPL");

extern int test_klpd_calls_sleep(void) __ksym;

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "cb-nap\n"))
		return klp_continue();
	return klp_return(0);
}

#define NAP(when, object) \
	do { \
		SAY(#when); \
		if (REFUSED("nap-" #when "-" #object)) \
			test_klpd_calls_sleep(); \
	} while (0)

#define NAPPING_CALLBACKS(object) \
	KLP_PRE_PATCH(object) \
	{ \
		NAP(pre_patch, object); \
		return REFUSED("refuse-" #object); \
	} \
	KLP_POST_PATCH(object) \
	{ \
		NAP(post_patch, object); \
	} \
	KLP_PRE_UNPATCH(object) \
	{ \
		NAP(pre_unpatch, object); \
	} \
	KLP_POST_UNPATCH(object) \
	{ \
		NAP(post_unpatch, object); \
	} \
	_Static_assert(1, "a semicolon ends it")

NAPPING_CALLBACKS(vmlinux);
NAPPING_CALLBACKS(test_klpd_target);
