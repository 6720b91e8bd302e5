/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops type of patch bodies, as BPF programs and hook.c see it. See body.c. */
#ifndef KLP_KMOD_BODY_H
#define KLP_KMOD_BODY_H

#include <asm/page.h>
#include <linux/types.h>

#include "hold.h"
#include "klp/uapi.h"

struct bpf_prog;
struct btf;

/*
 * One call of a patched function: the arguments that are passed in registers, and the value that
 * the caller gets if guard() does not return 0. It overlays the registers as ftrace saved them, so
 * that nothing is copied; that dictates the order of the fields. Mirrored in klp/klp.bpf.h;
 * programs find the fields by name when they are loaded.
 */
struct klp_call {
	u64 arg5, arg4;
	u64 ret;
	u64 arg3, arg2, arg1, arg0;
};

struct klp_func_ops {
	char record[KLP_NAME_LEN];	/* name of the registered patch */
	u32 func;			/* index of the function in that patch */
	/*
	 * Exactly one of the two members is set. guard() returns 0: the original runs. Otherwise
	 * the original is skipped and call->ret is returned. guard() must not sleep.
	 */
	int (*guard)(struct klp_call *call);
	/* Runs instead of the function, and is called as it is; may be a sleepable program. */
	u64 (*override)(u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5);
	/* The rest is set by klp.ko, which ignores what user space puts there. */
	u32 prog_id;
	u32 links;			/* links that attach this body, to any patch */
	struct bpf_prog *prog;		/* program of the member; a reference if links > 0 */
	struct hold hold;		/* only of a sleepable body */
};

/*
 * The code of a sleepable body is in the first BODY_IMAGE_SIZE bytes of its image: the page that
 * the kernel gave this map for its one trampoline. Nothing else is in that page.
 */
#define BODY_IMAGE_SIZE	PAGE_SIZE

/**
 * klpm_body_types() - The BTF of this module, which has the types of bodies and callbacks
 *
 * Return: the BTF; NULL before the types are registered.
 */
const struct btf *klpm_body_types(void);
/* Is the program for a body, guard or override? */
bool klpm_body_is_one(const struct bpf_prog *prog);

int klpm_body_init(void);

#endif
