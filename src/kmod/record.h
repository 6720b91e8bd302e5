/* SPDX-License-Identifier: GPL-2.0-only */
/* The patches that were announced. All calls with klp_mutex held, unless said. See record.c. */
#ifndef KLP_KMOD_RECORD_H
#define KLP_KMOD_RECORD_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "callback.h"
#include "func.h"
#include "klp/uapi.h"
#include "object.h"
#include "state.h"

extern struct mutex klp_mutex;

struct record {
	u64 id;
	u64 generation;			/* 0 until in force */
	enum klp_record_state state;
	bool forced;
	bool leaves;			/* by a change that brings nothing; of change.c */
	bool broken;			/* a body was detached while it could run */
	bool passed_over;		/* a body was, where it cannot run; of hook.c */
	struct pid *announcer;		/* the process; bodies and callbacks are its own */
	const void *owner;		/* the file that announced it; NULL once committed, or closed */
	char name[KLP_UAPI_NAME_LEN];
	u32 n_objects, n_callbacks, n_states;
	struct object *objects;		/* in the order in which their callbacks run */
	struct callback *callbacks;
	struct state *states;
	u32 n_funcs;
	struct func funcs[];
};

void record_init(void);
/* A record with room for so many, not yet known to anybody. May sleep; no lock needed. */
struct record *record_new(u32 n_funcs, u32 n_objects, u32 n_callbacks, u32 n_states);
void record_free(struct record *r);
/* Takes it over: id, gate closed, the module held. -EEXIST, -ENOSPC; then still the caller's. */
int record_announce(struct record *r, const void *owner);
struct record *record_find(u64 id);
/* The one after r, the first if r is NULL: those in force in the order in which they came, then the
 * others. NULL: there are no more. */
struct record *record_next(const struct record *r);
/* By the process that runs. */
struct record *record_find_announced(const char *name);
/* The function that has this body, and its record; NULL. */
struct func *record_find_body(const struct klp_func_ops *ops, struct record **ret);
/* The callback that is this, and its record; NULL. */
struct callback *record_find_callback(const struct klp_callback_ops *ops, struct record **ret);
/* Gate says original from here on; frees it. */
void record_forget(struct record *r);
/* Gate says original from here on; it stays in the list as KLP_FORCED_OUT. */
void record_shelve(struct record *r);
/* Everything this file announced and did not commit. */
void record_forget_owned(const void *owner);
/* Fill up to `room` entries; returns how many there are. */
u32 record_list(struct klp_uapi_record *out, u32 room);

#endif
