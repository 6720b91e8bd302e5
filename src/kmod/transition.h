/* SPDX-License-Identifier: GPL-2.0-only */
/* The transition: one at a time. Calls with klp_mutex held; those that change something with the
 * claim, too. See transition.c. */
#ifndef KLP_KMOD_TRANSITION_H
#define KLP_KMOD_TRANSITION_H

#include <linux/types.h>

#include "klp/uapi.h"

struct change;
struct change_failure;
struct record;
struct task_struct;

int transition_init(void);
void transition_exit(void);

/*
 * -EBUSY, -ENOMEM, or what change_open() says. Distinct records. timeout_ms 0: none. Gives the claim
 * back, now or when what it has begun lets it. Where there are callbacks to run it waits for the
 * start if it is to, with klp_mutex released (-EINTR: killed, the transition goes on), and otherwise
 * only begins it; how that ended says transition_was_refused().
 */
int transition_start(const struct change *c, u32 timeout_ms, bool wait, u64 *ret_number,
		     struct change_failure *failure);
/* The claim was given back. */
void transition_go_on(void);
/* Functions of what changes hands have come, or gone, with a module. -ENOMEM: nothing happened. */
int transition_look_again(void);
/* -ENOENT none runs, -ESTALE another one does, -EBUSY it is at its end, -EALREADY it does not go the
 * way that `reversed` says, -ENOMEM. */
int transition_reverse(u64 number, bool reversed);
/* -ENOENT, -ESTALE, -EBUSY; *ret_forced: tasks that had not moved. */
int transition_force(u64 number, u32 *ret_forced);
/* Number of the transition that moves this record; 0. */
u64 transition_of(const struct record *r);
/* Fill *out if that is the last one that was refused. */
bool transition_was_refused(u64 number, struct klp_ioc_refusal *out);
/* -1, 0 or 1, as KLP_IOC_TASK. */
int transition_task_state(struct task_struct *task);
/* Fill all but records, nr and open_used. */
void transition_status(struct klp_ioc_status *status);
/* -ENOENT none runs; otherwise how many there are, `room` of them filled in. */
int transition_blockers(struct klp_uapi_blocker *out, u32 room);
/* As blockers_stack(). */
int transition_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used);

#endif
