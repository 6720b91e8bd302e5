/* SPDX-License-Identifier: GPL-2.0-only */
/* The patches that were announced. All calls with klp_mutex held, unless said. See record.c. */
#ifndef KLP_KMOD_RECORD_H
#define KLP_KMOD_RECORD_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "func.h"
#include "klp/uapi.h"

extern struct mutex klp_mutex;

struct record {
	u64 id;
	u64 generation;			/* 0 until in force */
	enum klp_record_state state;
	bool forced;
	bool broken;			/* a body was detached while it could run */
	const void *owner;		/* the file that announced it; NULL once committed */
	char name[KLP_UAPI_NAME_LEN];
	u32 n_funcs;
	struct func funcs[];
};

void record_init(void);
/* A record with room for n functions, not yet known to anybody. May sleep; no lock needed. */
struct record *record_new(u32 n);
void record_free(struct record *r);
/* Takes it over: id, gate closed, the module held. -EEXIST, -ENOSPC; then still the caller's. */
int record_announce(struct record *r, const void *owner);
struct record *record_find(u64 id);
struct record *record_find_announced(const char *name);
/* The function that has this body, and its record; NULL. */
struct func *record_find_body(const struct klp_func_ops *ops, struct record **ret);
/* Gate says original from here on; frees it. */
void record_forget(struct record *r);
/* Gate says original from here on; it stays in the list as KLP_FORCED_OUT. */
void record_shelve(struct record *r);
/* Everything this file announced and did not commit. */
void record_forget_owned(const void *owner);
/* Fill up to `room` entries; returns how many there are. */
u32 record_list(struct klp_uapi_record *out, u32 room);

#endif
