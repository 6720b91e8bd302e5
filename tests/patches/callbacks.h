/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For test patches with callbacks. Each callback writes "klp-test: NAME WHEN OBJECT" to the trace
 * when it runs. A pre_patch callback refuses if the guest's domain name is "refuse-OBJECT". The
 * including file defines NAME.
 */
#ifndef KLP_TEST_CALLBACKS_H
#define KLP_TEST_CALLBACKS_H

#define ENODEV 19

#define SAY(when)	bpf_printk("klp-test: " NAME " " when " %s", cb->object)

/*
 * -ENODEV if the guest's domain name begins with `word`, a string literal; -errno if it cannot be
 * read; else 0.
 */
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
