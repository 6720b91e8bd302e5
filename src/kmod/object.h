/* SPDX-License-Identifier: GPL-2.0-only */
/* One object of a record: the kernel image or a module. All calls with klpm_mutex held. See
 * object.c. */
#ifndef KLP_KMOD_OBJECT_H
#define KLP_KMOD_OBJECT_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;

struct object {
	char name[KLP_UAPI_OBJECT_LEN];
	bool loaded;		/* its functions are looked up; always, of vmlinux */
	bool patched;		/* pre_patch ran well and its functions are hooked */
};

/* The module is there and stays as long as klpm_mutex is held: klpm_object_load() is due. */
bool klpm_object_is_there(const struct object *o);
/* Look its functions up: as klpm_func_find_in_module(), *failed is then the index in the record. */
int klpm_object_load(struct klpm_patch *r, u32 o, u32 *failed);
/* Forget them; it is not patched. */
void klpm_object_unload(struct klpm_patch *r, u32 o);
/*
 * pre_patch, then the hooks. -ECANCELED: pre_patch returned *callback_error; nothing happened.
 * What klpm_hook_arm() says: post_unpatch ran. Sleeps.
 */
int klpm_object_patch(struct klpm_patch *r, u32 o, int *callback_error);
/* Back at once: the hooks go, then post_unpatch. Nothing if it is not patched. Sleeps. */
void klpm_object_unpatch(struct klpm_patch *r, u32 o);

#endif
