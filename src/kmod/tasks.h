/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of each task during a transition. See tasks.c. */
#ifndef KLP_KMOD_TASKS_H
#define KLP_KMOD_TASKS_H

#include <linux/sched.h>
#include <linux/types.h>

enum task_version {
	TASK_OLD_VERSION = 0,
	TASK_NEW_VERSION = 1,
};

enum task_reason {
	TASK_NOT_TRIED,
	TASK_IS_RUNNING,
	TASK_IN_FUNCTION,
	TASK_UNRELIABLE_STACK,
};

struct func;
struct move_work;

struct task_entry {
	struct hlist_node node;
	struct task_struct *task;	/* holds a reference */
	struct move_work *work[2];	/* of move.c; NULL if there is none */
	const struct func *func;	/* that the task was last found in; for TASK_IN_FUNCTION */
	u64 since_ns;			/* CLOCK_MONOTONIC, when the task was first found in func */
	int idle_cpu;			/* -1: not an idle task */
	int version;			/* enum task_version; only klpm_tasks_move() changes it */
	int reason;			/* enum task_reason of the last try; a hint, as is func */
	bool in_way;			/* the stack was checked and kept the task from moving */
};

/**
 * klpm_tasks_version() - version of a task, as the gate needs it
 * @task: the task
 *
 * The result means something only while a gate is in a transition mode.
 *
 * Context: Any, in an RCU read-side section.
 */
enum task_version klpm_tasks_version(struct task_struct *task);
/* Is the current task in `version`? Context as klpm_tasks_version(). */
bool klpm_tasks_current_is(enum task_version version);
/*
 * Entry of a task; NULL if the task is not in the table. Under RCU, or while the table cannot
 * change.
 */
struct task_entry *klpm_tasks_find(struct task_struct *task);

/**
 * klpm_tasks_begin() - fill the table with every existing task, idle tasks included
 * @flip: sets the gates; called at the one moment when no task can be forked or missed
 * @arg: argument of @flip
 *
 * The tasks in the table are TASK_OLD_VERSION; tasks forked later are TASK_NEW_VERSION.
 *
 * Return: 0 or -ENOMEM; on -ENOMEM nothing has changed.
 */
int klpm_tasks_begin(void (*flip)(void *arg), void *arg);
/**
 * klpm_tasks_reverse() - change the direction of the transition
 * @target: the version that tasks move to, and that forked tasks start in, from now on
 *
 * Tasks forked since the last call keep their version and are added to the table. No other context
 * may move tasks meanwhile.
 *
 * Return: 0 or -ENOMEM; on -ENOMEM nothing has changed.
 */
int klpm_tasks_reverse(enum task_version target);
/*
 * Empty the table. Call it a grace period after the last gate left its transition mode, when no
 * other context moves tasks.
 */
void klpm_tasks_end(void);

/*
 * Set the version of a task. Idempotent. The caller has made sure that the task may move now.
 * Context: any.
 */
void klpm_tasks_move(struct task_entry *e, enum task_version target);
/* Number of entries, and of those not in the target version. Any context. */
u32 klpm_tasks_total(void);
u32 klpm_tasks_remaining(void);
/*
 * Call fn for each entry that is not in `target` yet until it returns non-zero; return that value.
 * Not concurrently with klpm_tasks_begin(), klpm_tasks_reverse() or klpm_tasks_end().
 */
int klpm_tasks_each_remaining(enum task_version target, int (*fn)(struct task_entry *e, void *arg),
			      void *arg);
/* Call fn for each entry. */
void klpm_tasks_each(void (*fn)(struct task_entry *e));

#endif
