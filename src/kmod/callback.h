/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that run when a patch comes into force or leaves it. Calls with klpm_mutex held, unless
 * stated otherwise. See callback.c.
 */
#ifndef KLP_KMOD_CALLBACK_H
#define KLP_KMOD_CALLBACK_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;

/* The argument of a callback program. Mirrored in klp/klp.bpf.h. */
struct klp_callback {
	char object[KLP_OBJECT_LEN];
};

/* The struct_ops type. Only the member that KLP_IOC_REGISTER declared for `index` is set. */
struct klp_callback_ops {
	char record[KLP_NAME_LEN];	/* name of the registered patch */
	u32 index;			/* index of the callback in that patch */
	int (*pre_patch)(struct klp_callback *cb);
	void (*post_patch)(struct klp_callback *cb);
	void (*pre_unpatch)(struct klp_callback *cb);
	void (*post_unpatch)(struct klp_callback *cb);
	/* Set by klp.ko, which ignores user space's value: a link attaches it, so no second may. */
	bool linked;
};

struct callback {
	u32 object, when;
	const struct klp_callback_ops *ops;	/* NULL unless its link is attached */
};

/**
 * klpm_callback_run() - Run one callback of a patch, if the patch has it
 * @r: the patch
 * @object: index of the object
 * @when: which of the four callbacks
 *
 * Context: klpm_mutex and the claim held. klpm_mutex is released while the program runs; the claim
 *   keeps the patch.
 * Return: the result of pre_patch, which is 0 or negative; 0 for the other callbacks or if there is
 *   none.
 */
int klpm_callback_run(struct klpm_patch *r, u32 object, enum klp_callback_when when);
/* The patch that runs the callback which got @cb; valid until that returns. Needs no lock. */
struct klpm_patch *klpm_callback_record(struct klp_callback *cb);
/* Describe the callback that runs now. *out is all 0 before the call, and stays so if none runs. */
void klpm_callback_tell(struct klp_ioc_callback *out);
/* Called without klpm_mutex. */
int klpm_callback_init(void);
void klpm_callback_exit(void);

#endif
