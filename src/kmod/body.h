/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops type of patch bodies, as BPF programs and the dispatcher see it. See body.c. */
#ifndef KLP_KMOD_BODY_H
#define KLP_KMOD_BODY_H

#include <linux/types.h>

#include "klp/uapi.h"

/* One call of a patched function. Mirrored in klp/klp.bpf.h. */
struct klp_call {
	u64 arg[6];		/* the function's arguments, those that are passed in registers */
	u64 ret;		/* what its caller gets if guard() does not return 0 */
};

struct klp_func_ops {
	char record[KLP_UAPI_NAME_LEN];	/* name under which its set is announced */
	u32 func;			/* which function of that set */
	/* 0: the original runs. Otherwise it is skipped and call->ret returned. Must not sleep. */
	int (*guard)(struct klp_call *call);
};

int body_init(void);

#endif
