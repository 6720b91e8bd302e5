// SPDX-License-Identifier: GPL-2.0-only
/*
 * The claim: the right to change what is in force. A change is a row of steps, and between two of
 * them a callback may run, for which klpm_mutex is released, because a callback may take as long as
 * it likes and status, other ioctls and the modules of the machine go on meanwhile. What keeps the
 * rest of the row as it was is the claim: one row has it, from its first step to its last. Rows are
 * the start of a transition up to its first pass, each pass and what a turn or the end of it does,
 * and what is done for a module that comes or goes.
 *
 * It belongs to the row, not to a task: SWITCH may take it and a work item give it back. Whoever has
 * klpm_mutex and finds it taken knows that a callback runs, or is about to.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "claim.h"
#include "patch.h"
#include "transition.h"

/* What most callbacks need, so that one of those is no reason to refuse anything. */
#define CLAIM_PATIENCE	(HZ / 5)

static bool claim_taken;
static DECLARE_WAIT_QUEUE_HEAD(claim_queue);

bool klpm_claim_try(void)
{
	lockdep_assert_held(&klpm_mutex);
	if (claim_taken)
		return false;
	WRITE_ONCE(claim_taken, true);
	return true;
}

bool klpm_claim_is_taken(void)
{
	lockdep_assert_held(&klpm_mutex);
	return claim_taken;
}

void klpm_claim_give(void)
{
	lockdep_assert_held(&klpm_mutex);
	WRITE_ONCE(claim_taken, false);
	wake_up_all(&claim_queue);
	klpm_transition_go_on();
}

int klpm_claim_take(void)
{
	unsigned long until = jiffies + CLAIM_PATIENCE;
	long left;

	lockdep_assert_held(&klpm_mutex);
	while (!klpm_claim_try()) {
		left = until - jiffies;
		if (left <= 0)
			return -EBUSY;
		mutex_unlock(&klpm_mutex);
		left = wait_event_killable_timeout(claim_queue, !READ_ONCE(claim_taken), left);
		mutex_lock(&klpm_mutex);
		if (left < 0)
			return -EINTR;
	}
	return 0;
}

int klpm_claim_wait(bool killable)
{
	long r = 0;

	lockdep_assert_held(&klpm_mutex);
	mutex_unlock(&klpm_mutex);
	if (killable)
		r = wait_event_killable_timeout(claim_queue, !READ_ONCE(claim_taken), HZ);
	else
		wait_event_timeout(claim_queue, !READ_ONCE(claim_taken), HZ);
	mutex_lock(&klpm_mutex);
	return r < 0 ? -EINTR : 0;
}
