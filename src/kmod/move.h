/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves tasks to the target version of a transition, each when it is safe. See move.c. */
#ifndef KLP_KMOD_MOVE_H
#define KLP_KMOD_MOVE_H

#include <linux/types.h>

#include "tasks.h"

struct stack_set;

/**
 * klpm_move_init() - allocate what moving tasks needs
 * @done: called when the last task has moved outside klpm_move_pass(); in process context
 *
 * Return: 0 or -ENOMEM.
 */
int klpm_move_init(void (*done)(void));
/*
 * Wait until all task work has run or was cancelled. After that the module's code is not entered.
 */
void klpm_move_exit(void);

/* Allow tasks to move to `target` when their stacks are clear of `set`. */
void klpm_move_start(enum task_version target, const struct stack_set *set);
/* What a pass does to tasks that cannot move. Each value includes the ones before it. */
enum move_nudge {
	NUDGE_NONE,	/* check only */
	NUDGE_RETURN,	/* user tasks move themselves when they return to user mode */
	/* The last two are for blockers only: */
	NUDGE_SIGNAL,	/* their interruptible sleep ends, without a visible signal */
	NUDGE_WAKE,	/* interruptible kthreads are woken once, too */
};

/**
 * klpm_move_pass() - try to move every task that has not moved
 * @nudge: what to do to those that cannot move
 *
 * A CPU that was found running such a task is visited by a work item. While the item runs, that
 * task is off its CPU.
 *
 * Context: Process context. Sleeps.
 */
void klpm_move_pass(enum move_nudge nudge);
/*
 * Stop moving tasks and cancel their task work. When it returns, no context moves a task any more.
 * Sleeps.
 */
void klpm_move_stop(void);

#endif
