/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch MANY_NAME of the 256 functions of a set (MANY_SET, 00) of MANY_MODULE (test_klpd_many): all
 * return MANY_VALUE.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#include "../modules/test_klpd_many/test_klpd_many.h"

KLP_PATCH(MANY_NAME, "1.0");
KLP_LICENSE("GPL");

#ifndef MANY_SET
#define MANY_SET 00
#endif

#ifndef MANY_MODULE
#define MANY_MODULE test_klpd_many
#endif

#define MANY_BODY(n) \
	KLP_OVERRIDE_IN(MANY_MODULE, int, test_klpd_many_##n, int value) \
	{ \
		return MANY_VALUE; \
	}
#define MANY_OF(X, set) MANY(X, set)

MANY_OF(MANY_BODY, MANY_SET)
