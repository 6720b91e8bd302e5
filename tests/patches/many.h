/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Patch MANY_NAME: all 256 functions of set MANY_SET (00) of test_klpd_many.ko return MANY_VALUE.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#include "../modules/test_klpd_many/test_klpd_many.h"

KLP_PATCH(MANY_NAME, "1.0");
KLP_LICENSE("GPL");

#ifndef MANY_SET
#define MANY_SET 00
#endif

#define MANY_BODY(n) \
	KLP_REPLACE_FUNC_IN(test_klpd_many, int, test_klpd_many_##n, int value) \
	{ \
		return MANY_VALUE; \
	}
#define MANY_OF(X, set) MANY(X, set)

MANY_OF(MANY_BODY, MANY_SET)
