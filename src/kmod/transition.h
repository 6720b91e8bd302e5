/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The transition. At most one runs. All functions are called with klpm_mutex held; those that
 * change something are called with the claim held, too. See transition.c.
 */
#ifndef KLP_KMOD_TRANSITION_H
#define KLP_KMOD_TRANSITION_H

#include <linux/types.h>

#include "klp/uapi.h"

struct change;
struct change_failure;
struct klpm_patch;
struct task_struct;

int klpm_transition_init(void);
void klpm_transition_exit(void);

/**
 * klpm_transition_start() - start a transition
 * @c: the records that enter and leave; no record is named twice
 * @timeout_ms: milliseconds after which the transition reverses itself; 0 for no limit
 * @wait: wait for the start if it has to run callbacks
 * @ret_number: number of the transition
 * @failure: the record, and the function or callback in it, that made the start fail
 *
 * With callbacks, the start runs on a work queue. If @wait is set, the function waits for it with
 * klpm_mutex released; otherwise klpm_transition_was_refused() reports how the start ended. The
 * claim is released on return, or when the start that was queued allows it.
 *
 * Return: 0, -EBUSY if a transition runs, -ENOMEM, -EINTR if the caller was killed while it waited
 *   (the transition continues), or an error of klpm_change_begin().
 */
int klpm_transition_start(const struct change *c, u32 timeout_ms, bool wait, u64 *ret_number,
			  struct change_failure *failure);
/* Make the pass that was put off. Call it after the claim was released. */
void klpm_transition_go_on(void);
/**
 * klpm_transition_look_again() - rebuild the set of functions that stacks are checked for
 *
 * Call it when functions being patched or unpatched appear or disappear with a module.
 *
 * Return: 0 or -ENOMEM; on -ENOMEM nothing has changed.
 */
int klpm_transition_look_again(void);
/**
 * klpm_transition_reverse() - reverse the running transition
 * @number: the transition meant
 * @reversed: the direction as the caller knows it
 *
 * Return: 0, -ENOENT if none runs, -ESTALE if another one runs, -EBUSY if it is completing,
 *   -EALREADY if its direction is not @reversed, or -ENOMEM.
 */
int klpm_transition_reverse(u64 number, bool reversed);
/**
 * klpm_transition_force() - treat every remaining task as moved and complete the transition
 * @number: the transition meant
 * @ret_forced: number of tasks that had not moved
 *
 * Return: 0, -ENOENT if none runs, -ESTALE if another one runs, -EBUSY if it is completing.
 */
int klpm_transition_force(u64 number, u32 *ret_forced);
/* Number of the transition that this record enters or leaves by; 0 if there is none. */
u64 klpm_transition_of(const struct klpm_patch *r);
/* Fill *out if `number` is the last transition that was refused; otherwise return false. */
bool klpm_transition_was_refused(u64 number, struct klp_ioc_refusal *out);
/* Patch state of a task (-1, 0 or 1), as KLP_IOC_TASK reports it. */
int klpm_transition_task_state(struct task_struct *task);
/* Fill all members but records, nr and fmod_ret_used. */
void klpm_transition_status(struct klp_ioc_status *status);
/*
 * List up to `room` tasks that have not moved. Returns how many there are; -ENOENT if no
 * transition runs.
 */
int klpm_transition_blockers(struct klp_uapi_blocker *out, u32 room);
/* As klpm_blockers_stack(); -ESRCH if no transition runs. */
int klpm_transition_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used);

#endif
