/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that run at the turning points of a record. With klpm_mutex held, unless said. See
 * callback.c. */
#ifndef KLP_KMOD_CALLBACK_H
#define KLP_KMOD_CALLBACK_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;

/* What a program is given. Mirrored in klp/klp.bpf.h. */
struct klp_callback {
	char object[KLP_UAPI_OBJECT_LEN];
};

/* The struct_ops type: one member is set, the one that KLP_IOC_ANNOUNCE said of `index`. */
struct klp_callback_ops {
	char record[KLP_UAPI_NAME_LEN];	/* name under which its set is announced */
	u32 index;			/* which callback of that set */
	int (*pre_patch)(struct klp_callback *cb);
	void (*post_patch)(struct klp_callback *cb);
	void (*pre_unpatch)(struct klp_callback *cb);
	void (*post_unpatch)(struct klp_callback *cb);
	/* Ours alone, whatever user space puts there: a link attaches it, so no second one may. */
	bool linked;
};

struct callback {
	u32 object, when;
	const struct klp_callback_ops *ops;	/* while its link is attached */
};

/*
 * Run it, if the record has it for this object: what pre_patch returns, at most 0; otherwise 0. The
 * caller has the claim, by which the record stays; klpm_mutex is released meanwhile.
 */
int klpm_callback_run(struct klpm_patch *r, u32 object, enum klp_callback_when when);
/* The record that this was given to, while it runs. */
struct klpm_patch *klpm_callback_record(struct klp_callback *cb);
/* Which one runs now; *out is all 0, and stays so if none does. */
void klpm_callback_tell(struct klp_ioc_callback *out);
/* Without klpm_mutex. */
int klpm_callback_init(void);
void klpm_callback_exit(void);

#endif
