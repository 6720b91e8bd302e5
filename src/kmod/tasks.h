/* SPDX-License-Identifier: GPL-2.0-only */
/* Which task is in which version during a transition. See tasks.c. */
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
	struct task_struct *task;	/* referenced */
	struct move_work *work[2];	/* of move.c, NULL if none */
	const struct func *func;	/* in which it was last seen; for TASK_IN_FUNCTION */
	u64 since_ns;			/* when it was first found there; CLOCK_MONOTONIC */
	int idle_cpu;			/* -1: not an idle task */
	int version;			/* enum task_version; changed by klpm_tasks_move() only */
	int reason;			/* enum task_reason when last tried; a hint, as is func */
	bool in_way;			/* its stack was looked at, and did not let it move */
};

/* Gate's question; any context. Only meaningful under RCU while a gate is in a transition mode. */
enum task_version klpm_tasks_state(struct task_struct *task);
/* The same question about the current task. */
bool klpm_tasks_current_is(enum task_version version);
/* Under RCU or while the table cannot change; NULL if the task is not in it. */
struct task_entry *klpm_tasks_find(struct task_struct *task);

/*
 * Take every task that exists, idle tasks too, into the table as TASK_OLD_VERSION; tasks born later
 * are TASK_NEW_VERSION. `flip` runs at the one moment where no task can be born or be missed: it
 * sets the gates. -ENOMEM: nothing happened.
 */
int klpm_tasks_begin(void (*flip)(void *arg), void *arg);
/*
 * Change direction: from now on `target` is where tasks go and are born. Tasks that were born since
 * keep their version and go into the table. Nobody may be moving tasks. -ENOMEM: nothing happened.
 */
int klpm_tasks_turn(enum task_version target);
/* Forget all. A grace period after the last gate left its transition mode, and nobody moving. */
void klpm_tasks_end(void);

/* Idempotent. Any context; the caller made sure that the task is where it may move. */
void klpm_tasks_move(struct task_entry *e, enum task_version target);
u32 klpm_tasks_total(void);
u32 klpm_tasks_remaining(void);
/* fn for every entry that is not in `target` yet, until it returns non-zero, which is returned.
 * While nobody begins, turns or ends. */
int klpm_tasks_each_remaining(enum task_version target, int (*fn)(struct task_entry *e, void *arg),
			      void *arg);
/* fn for every entry. */
void klpm_tasks_each(void (*fn)(struct task_entry *e));

#endif
