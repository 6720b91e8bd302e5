/* SPDX-License-Identifier: GPL-2.0-only */
/* The transition: one at a time. Calls with klpm_mutex held; those that change something with the
 * claim, too. See transition.c. */
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

/*
 * -EBUSY, -ENOMEM, or what klpm_change_open() says. Distinct records. timeout_ms 0: none. Gives the claim
 * back, now or when what it has begun lets it. Where there are callbacks to run it waits for the
 * start if it is to, with klpm_mutex released (-EINTR: killed, the transition goes on), and otherwise
 * only begins it; how that ended says klpm_transition_was_refused().
 */
int klpm_transition_start(const struct change *c, u32 timeout_ms, bool wait, u64 *ret_number,
			  struct change_failure *failure);
/* The claim was given back. */
void klpm_transition_go_on(void);
/* Functions of what changes hands have come, or gone, with a module. -ENOMEM: nothing happened. */
int klpm_transition_look_again(void);
/* -ENOENT none runs, -ESTALE another one does, -EBUSY it is at its end, -EALREADY it does not go the
 * way that `reversed` says, -ENOMEM. */
int klpm_transition_reverse(u64 number, bool reversed);
/* -ENOENT, -ESTALE, -EBUSY; *ret_forced: tasks that had not moved. */
int klpm_transition_force(u64 number, u32 *ret_forced);
/* Number of the transition that moves this record; 0. */
u64 klpm_transition_of(const struct klpm_patch *r);
/* Fill *out if that is the last one that was refused. */
bool klpm_transition_was_refused(u64 number, struct klp_ioc_refusal *out);
/* -1, 0 or 1, as KLP_IOC_TASK. */
int klpm_transition_task_state(struct task_struct *task);
/* Fill all but records, nr and open_used. */
void klpm_transition_status(struct klp_ioc_status *status);
/* -ENOENT none runs; otherwise how many there are, `room` of them filled in. */
int klpm_transition_blockers(struct klp_uapi_blocker *out, u32 room);
/* As klpm_blockers_stack(). */
int klpm_transition_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used);

#endif
