// SPDX-License-Identifier: GPL-2.0-only
/*
 * The claim: the right to change what is in force. A change is a sequence of steps. Between two
 * steps a callback may run with klpm_mutex released, because a callback may take any time, and
 * status, other ioctls and module loading have to go on meanwhile. The claim keeps other changes
 * out: one sequence holds it from its first step to its last. The sequences are:
 *
 * - the start of a transition, up to its first pass;
 * - each later pass, with the reversal or the completion that follows from it;
 * - the work for a module that comes or goes.
 *
 * The claim belongs to the sequence, not to a task: SWITCH may take it and a work item give it
 * back. If a task that holds klpm_mutex finds the claim taken by another sequence, a callback runs
 * or is about to.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "claim.h"
#include "patch.h"
#include "transition.h"

/* Enough for most callbacks, so that a short one does not make a change fail with -EBUSY. */
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
