/* SPDX-License-Identifier: GPL-2.0-only */
/* What one transition moves tasks between. All calls with klp_mutex held, and the claim; those that
 * run callbacks release klp_mutex meanwhile. See change.c. */
#ifndef KLP_KMOD_CHANGE_H
#define KLP_KMOD_CHANGE_H

#include <linux/types.h>

#include "klp/uapi.h"

struct record;
struct stack_set;

struct change {
	u32 n_enter, n_leave;
	struct record *enter[KLP_UAPI_RECORDS_MAX];	/* they were announced */
	struct record *leave[KLP_UAPI_RECORDS_MAX];	/* they were in force */
};

/* Which record, and in it which function or object, a change failed for. */
struct change_failure {
	u64 id;
	u32 index;
	int callback_error;
};

/*
 * Look up what modules have, see that every body and callback is attached, hand states over.
 * -ENODATA, -ENOEXEC, as KLP_IOC_SWITCH.
 */
int change_prepare(struct change *c, struct change_failure *failure);
/* pre_patch and the hooks, or pre_unpatch. -ECANCELED, -EBUSY, -ENOMEM, -ENODATA: nothing is changed.
 * Gates are closed still. Runs callbacks. */
int change_open(struct change *c, struct change_failure *failure);
/* Take back what change_open() did; the transition did not begin. Runs callbacks. */
void change_cancel(struct change *c);
/* The states of records as before: those that enter are announced, or forgotten if their file is
 * closed by now. */
void change_refuse(struct change *c);
/* What enters belongs to no file any more. */
void change_disown(struct change *c);
/* Whether any callback is to run in its course, in whatever direction it goes. */
bool change_has_callbacks(const struct change *c);
bool change_has(const struct change *c, const struct record *r);
/* Gates and states of records at the start; no task can be born. */
void change_flip(void *change);
/* States of records as the transition goes forward or back. */
void change_mark(struct change *c, bool back);
/* All tasks have moved: each record is in force, its generation told, or not any more. */
void change_settle(struct change *c, bool back, u64 generation);
/* Then post_patch or post_unpatch, and what is out of force is forgotten, or kept if it was forced.
 * Runs callbacks. */
void change_close(struct change *c, bool back);
/* A transition of them was forced. */
void change_force(struct change *c);
/* All functions that change hands; NULL: no memory. */
struct stack_set *change_stack_set(const struct change *c);

#endif
