/* SPDX-License-Identifier: GPL-2.0-only */
/* The patches that were announced. All calls with klpm_mutex held, unless said. See patch.c. */
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
	bool leaves;			/* by a change that brings nothing; of change.c */
	bool broken;			/* a body was detached while it could run */
	bool passed_over;		/* a body was, where it cannot run; of hook.c */
	struct pid *announcer;		/* the process; bodies and callbacks are its own */
	const void *owner; /* the file that announced it; NULL once committed, or closed */
	char name[KLP_UAPI_NAME_LEN];
	u32 n_objects, n_callbacks, n_states;
	struct object *objects;		/* in the order in which their callbacks run */
	struct callback *callbacks;
	struct state *states;
	u32 n_funcs;
	struct func funcs[];
};

void klpm_patch_init(void);
/* A record with room for so many, not yet known to anybody. May sleep; no lock needed. */
struct klpm_patch *klpm_patch_new(u32 n_funcs, u32 n_objects, u32 n_callbacks, u32 n_states);
void klpm_patch_free(struct klpm_patch *r);
/* Takes it over: id, gate closed, the module held. -EEXIST, -ENOSPC; then still the caller's. */
int klpm_patch_announce(struct klpm_patch *r, const void *owner);
struct klpm_patch *klpm_patch_find(u64 id);
/* The one after r, the first if r is NULL: those in force in the order in which they came, then the
 * others. NULL: there are no more. */
struct klpm_patch *klpm_patch_next(const struct klpm_patch *r);
/* By the process that runs. */
struct klpm_patch *klpm_patch_find_announced(const char *name);
/* The function that has this body, and its record; NULL. */
struct func *klpm_patch_find_body(const struct klp_func_ops *ops, struct klpm_patch **ret);
/* The callback that is this, and its record; NULL. */
struct callback *klpm_patch_find_callback(const struct klp_callback_ops *ops,
					  struct klpm_patch **ret);
/* Gate says original from here on; frees it. */
void klpm_patch_forget(struct klpm_patch *r);
/* Gate says original from here on; it stays in the list as KLP_FORCED_OUT. */
void klpm_patch_shelve(struct klpm_patch *r);
/* Everything this file announced and did not commit. */
void klpm_patch_forget_owned(const void *owner);
/* Fill up to `room` entries; returns how many there are. */
u32 klpm_patch_list(struct klp_uapi_patch *out, u32 room);

#endif
