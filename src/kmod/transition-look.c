// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told of the transition: how far it is, who is in the way, in which version a task is, why
 * the last one was refused. Changes nothing. Answers whatever the transition waits for, a callback
 * too.
 */
#include <linux/rcupdate.h>

#include "blockers.h"
#include "record.h"
#include "running.h"
#include "transition.h"

int transition_task_state(struct task_struct *task)
{
	int state;

	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return -1;
	rcu_read_lock();
	state = running.opening ? TASK_OLD_VERSION : tasks_state(task);
	rcu_read_unlock();
	/* Where nothing enters, the new version is the original. */
	return running.change.n_enter ? state : !state;
}

u64 transition_of(const struct record *r)
{
	lockdep_assert_held(&klp_mutex);
	return running.number && change_has(&running.change, r) ? running.number : 0;
}

bool transition_was_refused(u64 number, struct klp_ioc_refusal *out)
{
	lockdep_assert_held(&klp_mutex);
	if (!number || history.refusal.transition != number)
		return false;
	*out = history.refusal;
	return true;
}

void transition_status(struct klp_ioc_status *status)
{
	lockdep_assert_held(&klp_mutex);
	status->generation = history.generation;
	status->last_transition = history.last;
	status->last_reversed = history.last_reversed;
	status->last_timed_out = history.last_timed_out;
	status->forced = history.forced;
	status->transition = (struct klp_uapi_transition){
		.number = running.number,
		.started_ns = running.started_ns,
		.total = tasks_total(),
		.moved = tasks_total() - tasks_remaining(),
		.reversed = running.number && running_is_reversed(),
		.passes = running.passes,
		.timeout_ms = running.timeout_ms,
		.timed_out = running.timed_out,
	};
}

int transition_blockers(struct klp_uapi_blocker *out, u32 room)
{
	lockdep_assert_held(&klp_mutex);
	return running.number ? blockers_list(running.target, out, room) : -ENOENT;
}

int transition_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used)
{
	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return -ESRCH;
	return blockers_stack(running.target, pid, cpu, text, size, ret_used);
}
