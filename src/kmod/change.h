/* SPDX-License-Identifier: GPL-2.0-only */
/* What one transition moves tasks between. All calls with klpm_mutex held, and the claim; those that
 * run callbacks release klpm_mutex meanwhile. See change.c. */
#ifndef KLP_KMOD_CHANGE_H
#define KLP_KMOD_CHANGE_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;
struct stack_set;

struct change {
	u32 n_enter, n_leave;
	struct klpm_patch *enter[KLP_UAPI_PATCHES_MAX];	/* they were announced */
	struct klpm_patch *leave[KLP_UAPI_PATCHES_MAX];	/* they were in force */
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
int klpm_change_prepare(struct change *c, struct change_failure *failure);
/* pre_patch and the hooks, or pre_unpatch. -ECANCELED, -EBUSY, -ENOMEM, -ENODATA: nothing is changed.
 * Gates are closed still. Runs callbacks. */
int klpm_change_open(struct change *c, struct change_failure *failure);
/* Take back what klpm_change_open() did; the transition did not begin. Runs callbacks. */
void klpm_change_cancel(struct change *c);
/* The states of records as before: those that enter are announced, or forgotten if their file is
 * closed by now. */
void klpm_change_refuse(struct change *c);
/* What enters belongs to no file any more. */
void klpm_change_disown(struct change *c);
/* Whether any callback is to run in its course, in whatever direction it goes. */
bool klpm_change_has_callbacks(const struct change *c);
bool klpm_change_has(const struct change *c, const struct klpm_patch *r);
/* Gates and states of records at the start; no task can be born. */
void klpm_change_flip(void *change);
/* States of records as the transition goes forward or back. */
void klpm_change_mark(struct change *c, bool back);
/* All tasks have moved: each record is in force, its generation told, or not any more. */
void klpm_change_settle(struct change *c, bool back, u64 generation);
/* Then post_patch or post_unpatch, and what is out of force is forgotten, or kept if it was forced.
 * Runs callbacks. */
void klpm_change_close(struct change *c, bool back);
/* A transition of them was forced. */
void klpm_change_force(struct change *c);
/* All functions that change hands; NULL: no memory. */
struct stack_set *klpm_change_stack_set(const struct change *c);

#endif
