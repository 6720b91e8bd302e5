/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry of registered patches. All functions are called with klpm_mutex held unless noted.
 * See patch.c.
 */
#ifndef KLP_KMOD_PATCH_H
#define KLP_KMOD_PATCH_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "callback.h"
#include "func.h"
#include "klp/uapi.h"
#include "object.h"
#include "state.h"

extern struct mutex klpm_mutex;

struct klpm_patch {
	u64 id;
	u64 generation;			/* 0 until in force */
	enum klp_uapi_patch_state state;
	bool forced;
	bool leaves;			/* the change removes it and adds nothing; of change.c */
	bool broken;			/* a body was detached while it could run */
	bool skipped;		/* a body was skipped where it cannot run; of hook.c */
	struct pid *registrant;		/* the process; only it attaches bodies and callbacks */
	const void *owner; /* the file that registered it; NULL once committed or closed */
	char name[KLP_NAME_LEN];
	u32 n_objects, n_callbacks, n_states;
	struct object *objects;		/* in the order in which their callbacks run */
	struct callback *callbacks;
	struct state *states;
	u32 n_funcs;
	struct func funcs[];
};

void klpm_patch_init(void);
/*
 * Allocate a record with room for the given numbers; not in the registry yet. May sleep; takes no
 * lock.
 */
struct klpm_patch *klpm_patch_new(u32 n_funcs, u32 n_objects, u32 n_callbacks, u32 n_states);
void klpm_patch_free(struct klpm_patch *r);
/**
 * klpm_patch_register() - add a record to the registry
 * @r: the record; on error it still belongs to the caller
 * @owner: the file that registers it
 *
 * The record gets an id, a closed gate and a reference on the module.
 *
 * Return: 0, -EEXIST if a record of this name is registered or entering, -ENOSPC if no slot is
 *   free.
 */
int klpm_patch_register(struct klpm_patch *r, const void *owner);
/* The record of this id; NULL if there is none. */
struct klpm_patch *klpm_patch_find(u64 id);
/**
 * klpm_patch_next() - iterate over the records
 * @r: the current record; NULL to begin
 *
 * Records in force come first, in the order in which they came into force, then the others.
 *
 * Return: the next record; NULL at the end.
 */
struct klpm_patch *klpm_patch_next(const struct klpm_patch *r);
/* The record of this name that the current process registered; NULL if there is none. */
struct klpm_patch *klpm_patch_find_registered(const char *name);
/* The function with this body, and its record; NULL if there is none. */
struct func *klpm_patch_find_body(const struct klp_func_ops *ops, struct klpm_patch **ret);
/* The callback with this program, and its record; NULL if there is none. */
struct callback *klpm_patch_find_callback(const struct klp_callback_ops *ops,
					  struct klpm_patch **ret);
/* Remove a record and free it. From now on its gate returns "original". */
void klpm_patch_forget(struct klpm_patch *r);
/* Keep a record as KLP_FORCED_OUT. From now on its gate returns "original". */
void klpm_patch_shelve(struct klpm_patch *r);
/* Remove the records that this file registered and did not commit. */
void klpm_patch_forget_owned(const void *owner);
/* Fill up to `room` entries. Returns the number of records. */
u32 klpm_patch_list(struct klp_uapi_patch *out, u32 room);

#endif
