/* SPDX-License-Identifier: GPL-2.0-only */
/* Moving tasks to the version a transition goes to, each where it is safe. See move.c. */
#ifndef KLP_KMOD_MOVE_H
#define KLP_KMOD_MOVE_H

#include <linux/types.h>

#include "tasks.h"

struct stack_set;

/* `done` is called, in process context, when the last task has moved outside klpm_move_pass(). */
int klpm_move_init(void (*done)(void));
/* All task work that was sent out has come home; afterwards the module's code is not entered. */
void klpm_move_exit(void);

/* Tasks may move to `target` when clear of `set`. */
void klpm_move_start(enum task_version target, const struct stack_set *set);
/* How hard a pass tries to get tasks out of where they cannot move. Each includes the ones
 * before. */
enum move_nudge {
	NUDGE_NONE,	/* look only */
	NUDGE_RETURN,	/* user tasks move themselves when they return to user mode */
	/* And, as is the last one, only for tasks that are in the way: */
	NUDGE_SIGNAL,	/* they are sent there: an interruptible sleep ends, no signal is seen */
	NUDGE_WAKE,	/* and interruptible kthreads are woken once */
};

/*
 * Try every task that has not moved, and nudge those that do not. CPUs that were seen running a
 * task that has not moved are visited by a work item, under which that task is off its CPU. Sleeps.
 */
void klpm_move_pass(enum move_nudge nudge);
/* Nobody moves any more when it returns; task work is called back. Sleeps. */
void klpm_move_stop(void);

#endif
