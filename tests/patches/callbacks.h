/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For test patches with callbacks: each says in the trace that it ran, as "klp-test: NAME WHEN OBJECT";
 * its pre_patch callbacks refuse where the guest's domain name is "refuse-OBJECT". NAME is defined by
 * who includes this.
 */
#ifndef KLP_TEST_CALLBACKS_H
#define KLP_TEST_CALLBACKS_H

#define ENODEV 19

#define SAY(when)	bpf_printk("klp-test: " NAME " " when " %s", cb->object)

/* `word` is a literal. */
#define REFUSED(word) ({ \
	char domain[64] = {}; \
	int length_ = klp_sysctl_read(cb, "kernel/domainname", domain, sizeof(domain)); \
	length_ < 0 ? length_ : \
	bpf_strncmp(domain, sizeof(word) - 1, word) == 0 ? -ENODEV : 0; \
})

#define SAYING_CALLBACKS(object) \
	KLP_PRE_PATCH(object) \
	{ \
		SAY("pre_patch"); \
		return REFUSED("refuse-" #object); \
	} \
	KLP_POST_PATCH(object) \
	{ \
		SAY("post_patch"); \
	} \
	KLP_PRE_UNPATCH(object) \
	{ \
		SAY("pre_unpatch"); \
	} \
	KLP_POST_UNPATCH(object) \
	{ \
		SAY("post_unpatch"); \
	} \
	_Static_assert(1, "a semicolon ends it")

#endif
