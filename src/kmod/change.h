/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The patches of one transition, and what happens to them. All calls with klpm_mutex held and the
 * claim taken. Functions that run callbacks release klpm_mutex meanwhile. See change.c.
 */
#ifndef KLP_KMOD_CHANGE_H
#define KLP_KMOD_CHANGE_H

#include <linux/types.h>

#include "klp/uapi.h"

struct klpm_patch;
struct stack_set;

struct change {
	u32 n_enter, n_leave;
	struct klpm_patch *enter[KLP_PATCHES_MAX];	/* KLP_REGISTERED before */
	struct klpm_patch *leave[KLP_PATCHES_MAX];	/* KLP_IN_FORCE before */
};

/* The patch, and the index of its function or object, that a change failed for. */
struct change_failure {
	u64 id;
	u32 index;
	int callback_error;
};

/**
 * klpm_change_prepare() - Make the patches of a change ready for its start
 * @c: the change
 * @failure: set to what failed, on error
 *
 * Looks up functions in loaded modules, checks that every body and callback is attached, and copies
 * system states to the patches that enter.
 *
 * Return: 0; -ENODATA or -ENOEXEC, as KLP_IOC_SWITCH; -ENOMEM.
 */
int klpm_change_prepare(struct change *c, struct change_failure *failure);
/* The prepared change does not start after all. */
void klpm_change_unprepare(struct change *c);

/**
 * klpm_change_begin() - Run the callbacks and set the hooks of the start
 * @c: the change, prepared
 * @failure: set to what failed, on error
 *
 * Runs pre_patch and sets the hooks of the patches that enter; if none enters, runs pre_unpatch of
 * those that leave. Gates are still closed. On error everything is undone.
 *
 * Context: Runs callbacks, with klpm_mutex released.
 * Return: 0; -ECANCELED if a pre_patch callback failed; -ENODATA if a body or callback is not
 *   attached any more; or an error of klpm_hook_arm().
 */
int klpm_change_begin(struct change *c, struct change_failure *failure);
/*
 * Undo klpm_change_begin(): the transition does not begin. Runs callbacks, with klpm_mutex
 * released.
 */
void klpm_change_cancel(struct change *c);
/*
 * Restore the states of the patches after a start that failed. Patches that were to enter are
 * registered again, or removed if their file has been closed.
 */
void klpm_change_refuse(struct change *c);
/* Detach the patches that enter from the files that registered them, so that they outlive these. */
void klpm_change_disown(struct change *c);
/* Does the change have any callback to run, in either direction? */
bool klpm_change_has_callbacks(const struct change *c);
/* Is the patch part of the change? */
bool klpm_change_has(const struct change *c, const struct klpm_patch *r);
/* Set the gates for the start. Called by klpm_tasks_begin() while no task can be forked. */
void klpm_change_flip(void *change);
/* Set the states of the patches to entering and leaving. @back: the transition is reversed. */
void klpm_change_mark(struct change *c, bool back);

/**
 * klpm_change_settle() - Set gates and hooks after all tasks have moved
 * @c: the change
 * @back: the transition was reversed
 * @generation: recorded in patches that come into force for the first time
 *
 * Patches that are in force now are KLP_IN_FORCE with their gate open. The others have their gate
 * closed and are unhooked.
 *
 * Context: Sleeps.
 */
void klpm_change_settle(struct change *c, bool back, u64 generation);

/**
 * klpm_change_close() - Run the callbacks of the end and remove patches
 * @c: the change, settled
 * @back: the transition was reversed
 *
 * Runs post_patch or post_unpatch. Patches that are out of force are removed, or kept as
 * KLP_FORCED_OUT if a transition of theirs was forced.
 *
 * Context: Runs callbacks, with klpm_mutex released.
 */
void klpm_change_close(struct change *c, bool back);
/* Mark the patches of the change: a transition of theirs was forced. */
void klpm_change_force(struct change *c);
/* The functions being patched or unpatched. NULL: no memory. Free with klpm_stack_set_free(). */
struct stack_set *klpm_change_stack_set(const struct change *c);

#endif
