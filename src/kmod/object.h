/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One object of a record: the kernel image or a module. All functions are called with klpm_mutex
 * held. See object.c.
 */
#ifndef KLP_KMOD_OBJECT_H
#define KLP_KMOD_OBJECT_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;

struct object {
	char name[KLP_OBJECT_LEN];
	bool loaded;		/* its functions are looked up; always true for vmlinux */
	bool patched;		/* pre_patch succeeded and its functions are hooked */
};

/*
 * Is the module loaded, so that klpm_object_load() is due? It stays loaded while klpm_mutex is
 * held.
 */
bool klpm_object_is_there(const struct object *o);
/**
 * klpm_object_load() - look up the functions of an object
 * @r: the record
 * @o: index of the object
 * @failed: on error, index in the record of the function that failed
 *
 * Return: 0, or an error of klpm_func_find_in_module().
 */
int klpm_object_load(struct klpm_patch *r, u32 o, u32 *failed);
/* Drop the addresses of the functions of an object, which is not patched. */
void klpm_object_unload(struct klpm_patch *r, u32 o);
/**
 * klpm_object_patch() - run pre_patch of an object, then hook its functions
 * @r: the record
 * @o: index of the object
 * @callback_error: return value of pre_patch
 *
 * Context: Sleeps.
 * Return: 0; -ECANCELED if pre_patch failed, and nothing has changed; otherwise an error of
 *   klpm_hook_arm(), and post_unpatch has run.
 */
int klpm_object_patch(struct klpm_patch *r, u32 o, int *callback_error);
/*
 * Unhook the functions of an object at once, then run post_unpatch. Does nothing if the object is
 * not patched. Sleeps.
 */
void klpm_object_unpatch(struct klpm_patch *r, u32 o);

#endif
