// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queries about the transition: progress, blockers, the version of a task, the reason of the last
 * refusal. They change nothing. They also work while the transition waits, for example for a
 * callback.
 */
#include <linux/rcupdate.h>

#include "blockers.h"
#include "patch.h"
#include "running.h"
#include "transition.h"

int klpm_transition_task_state(struct task_struct *task)
{
	int state;

	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number)
		return -1;
	rcu_read_lock();
	state = klpm_running.starting ? TASK_OLD_VERSION : klpm_tasks_version(task);
	rcu_read_unlock();
	/* If no record enters, the new version is the original. */
	return klpm_running.change.n_enter ? state : !state;
}

u64 klpm_transition_of(const struct klpm_patch *r)
{
	lockdep_assert_held(&klpm_mutex);
	return klpm_running.number && klpm_change_has(&klpm_running.change, r) ?
		       klpm_running.number :
		       0;
}

bool klpm_transition_was_refused(u64 number, struct klp_ioc_refusal *out)
{
	lockdep_assert_held(&klpm_mutex);
	if (!number || klpm_history.refusal.transition != number)
		return false;
	*out = klpm_history.refusal;
	return true;
}

void klpm_transition_status(struct klp_ioc_status *status)
{
	lockdep_assert_held(&klpm_mutex);
	status->generation = klpm_history.generation;
	status->last_transition = klpm_history.last;
	status->last_reversed = klpm_history.last_reversed;
	status->last_timed_out = klpm_history.last_timed_out;
	status->forced = klpm_history.forced;
	status->transition = (struct klp_uapi_transition){
		.number = klpm_running.number,
		.started_ns = klpm_running.started_ns,
		.total = klpm_tasks_total(),
		.moved = klpm_tasks_total() - klpm_tasks_remaining(),
		.reversed = klpm_running.number && running_is_reversed(),
		.passes = klpm_running.passes,
		.timeout_ms = klpm_running.timeout_ms,
		.timed_out = klpm_running.timed_out,
	};
}

int klpm_transition_blockers(struct klp_uapi_blocker *out, u32 room)
{
	lockdep_assert_held(&klpm_mutex);
	return klpm_running.number ? klpm_blockers_list(klpm_running.target, out, room) : -ENOENT;
}

int klpm_transition_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used)
{
	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number)
		return -ESRCH;
	return klpm_blockers_stack(klpm_running.target, pid, cpu, text, size, ret_used);
}
