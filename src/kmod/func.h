/* SPDX-License-Identifier: GPL-2.0-only */
/* One patched function as klp.ko knows it: where its code is, so that stacks can be checked. */
#ifndef KLP_KMOD_FUNC_H
#define KLP_KMOD_FUNC_H

#include <linux/types.h>

#include "klp/uapi.h"

struct func {
	u32 btf_id;
	unsigned long addr, size;
	unsigned long cold_addr, cold_size;	/* the part the compiler moved away; size 0 = none */
	char symbol[KLP_UAPI_SYMBOL_LEN];
};

/*
 * Look every one of u[0..n-1] up, fill f[] and the addr and size of u[]. Errors as KLP_IOC_OPEN in
 * klp/uapi.h, *failed is then the index. May sleep.
 */
int func_resolve_all(struct klp_uapi_func *u, struct func *f, u32 n, u32 *failed);

#endif
