/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops type of patch bodies, as BPF programs and the dispatcher see it. See body.c. */
#ifndef KLP_KMOD_BODY_H
#define KLP_KMOD_BODY_H

#include <linux/types.h>

#include "klp/uapi.h"

struct bpf_prog;

/*
 * One call of a patched function: its arguments, those that are passed in registers, and what its
 * caller gets if guard() does not return 0. This is a window on the registers as ftrace saved them,
 * so that nothing is copied; hence the order. Mirrored in klp/klp.bpf.h, whose users find the fields
 * by name when they are loaded.
 */
struct klp_call {
	u64 arg5, arg4;
	u64 ret;
	u64 arg3, arg2, arg1, arg0;
};

struct klp_func_ops {
	char record[KLP_UAPI_NAME_LEN];	/* name under which its set is announced */
	u32 func;			/* which function of that set */
	/* 0: the original runs. Otherwise it is skipped and call->ret returned. Must not sleep. */
	int (*guard)(struct klp_call *call);
	/* Ours alone, whatever user space puts there: the program that is behind guard(). */
	u32 guard_id;
	u32 links;			/* that attach this body, to whatever record */
	struct bpf_prog *guard_prog;	/* referenced while there are any */
};

int body_init(void);

#endif
