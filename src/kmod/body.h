/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops type of patch bodies, as BPF programs and the dispatcher see it. See body.c. */
#ifndef KLP_KMOD_BODY_H
#define KLP_KMOD_BODY_H

#include <asm/page.h>
#include <linux/types.h>

#include "hold.h"
#include "klp/uapi.h"

struct bpf_prog;
struct btf;

/*
 * One call of a patched function: its arguments, those that are passed in registers, and what its
 * caller gets if guard() does not return 0. This is a window on the registers as ftrace saved them,
 * so that nothing is copied; hence the order. Mirrored in klp/klp.bpf.h, whose users find the
 * fields by name when they are loaded.
 */
struct klp_call {
	u64 arg5, arg4;
	u64 ret;
	u64 arg3, arg2, arg1, arg0;
};

struct klp_func_ops {
	char record[KLP_UAPI_NAME_LEN];	/* name under which its set is announced */
	u32 func;			/* which function of that set */
	/* One of the two. 0: the original runs. Otherwise it is skipped and call->ret returned.
	 * Must not sleep. */
	int (*guard)(struct klp_call *call);
	/* Runs instead of the function, called as it is; may be a program that sleeps. */
	u64 (*replace)(u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5);
	/* Ours alone, whatever user space puts there: the program that is behind it. */
	u32 prog_id;
	u32 links;			/* that attach this body, to whatever record */
	struct bpf_prog *prog;		/* referenced while there are any */
	struct hold hold;		/* of one that may sleep */
};

/* The code of such a body is in its first so many bytes: the page that the kernel gave this map
 * for its one trampoline, and nothing else. */
#define BODY_IMAGE_SIZE	PAGE_SIZE

/* The types of this module, which bodies and callbacks are programs for; NULL before they are
 * known. */
const struct btf *klpm_body_types(void);
/* Is the program for a body, guard or replace? */
bool klpm_body_is_one(const struct bpf_prog *prog);

int klpm_body_init(void);

#endif
