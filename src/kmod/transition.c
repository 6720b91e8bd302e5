// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine of a change: start, passes over the tasks, reversal, completion.
 *
 *	(none) --start--> FORWARD --all moved--> (none)   enter in force, leave removed
 *	                   |   ^
 *	                reverse reverse
 *	                   v   |
 *	                  BACKWARD --all moved--> (none)  leave in force, enter removed
 *
 * Gate modes. Reversal does not change the gate mode of a record. The gate of an entering record
 * depends on the version of the task alone, and reversal changes the version that tasks move to.
 * Modes change at two moments, when the old and the new mode give the same answer for every task:
 *
 * - at the start, when all tasks are in the old version, under the lock that keeps new tasks from
 *   being forked;
 * - at completion, when all tasks are in the target version. The task table is freed a grace
 *   period later.
 *
 * Independence of user space. A started transition runs to its end on a work queue and needs no
 * process. An event notifies the clients that wait. A transition with callbacks also starts and
 * completes on the work queue, so that the callbacks depend neither on the life of the caller nor
 * on its time limit. SWITCH waits for the start unless its caller asks it not to; this wait is
 * killable. Each sequence of steps holds the claim (claim.c), because callbacks run without
 * klpm_mutex. If the claim is taken, for example by a callback of a module that loads, the pass is
 * made when the claim is released.
 *
 * Passes. The first pass runs at once. When the last task moves outside a pass, it requests
 * completion. Tasks that remain are tried again after 10 ms and then every 20 ms, so that a task
 * that leaves is noticed within 50 ms however coarse the kernel's clock is. If there are so many
 * tasks that a pass takes more than 1 ms, the delay grows so that passes use a twentieth of one
 * CPU, up to 1 s.
 *
 * Time limits. A transition that has not completed at its deadline reverses itself, even if the
 * process that set the deadline is gone. A user task has signal_ms to leave by itself before its
 * sleep is interrupted, a kthread three times that (the default is that of kernel livepatch).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "blockers.h"
#include "change.h"
#include "claim.h"
#include "event.h"
#include "kept.h"
#include "move.h"
#include "patch.h"
#include "running.h"
#include "stack.h"
#include "tasks.h"
#include "transition.h"

#define TRANSITION_DELAY_MIN_MS	10
#define TRANSITION_DELAY_FEW_MS	20
#define TRANSITION_DELAY_MAX_MS	1000
#define TRANSITION_SHARE	20

/* Result of a start, for a SWITCH that waits for it. */
struct transition_ticket {
	bool over;
	int error;
	struct change_failure failure;
};

struct running klpm_running;
struct history klpm_history;

static u64 transition_count;
static struct transition_ticket *transition_waiter;	/* of the start in progress */
static DECLARE_WAIT_QUEUE_HEAD(transition_started);
static unsigned int signal_ms = 5000;
module_param(signal_ms, uint, 0644);
MODULE_PARM_DESC(signal_ms, "How many ms a task may block a transition before its sleep is interrupted");

static struct workqueue_struct *transition_wq;
static void transition_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(transition_work, transition_work_fn);

/*
 * Passes are frequent, and most find the same as the pass before. An event equal to the last one
 * is not sent.
 */
static void transition_tell(enum klp_event_type type)
{
	static struct klp_uapi_event last;
	struct klp_uapi_event e = {
		.type = type,
		.reversed = running_is_reversed(),
		.transition = klpm_running.number,
		.total = klpm_tasks_total(),
		.moved = klpm_tasks_total() - klpm_tasks_remaining(),
		.timed_out = klpm_running.timed_out,
	};

	if (!memcmp(&e, &last, sizeof(e)))
		return;
	last = e;
	klpm_event_send(&e);
}

static void transition_complete(void)
{
	bool back = running_is_reversed();

	klpm_running.closing = true;
	klpm_move_stop();
	if (!back)
		klpm_history.generation++;
	klpm_change_settle(&klpm_running.change, back, klpm_history.generation);
	/* After this, no caller still uses an answer of a gate that was in a transition mode. */
	synchronize_rcu();
	klpm_change_close(&klpm_running.change, back);
	transition_tell(KLP_EVENT_DONE);
	pr_debug("transition %llu %s after %u passes over %u tasks\n", klpm_running.number,
		 back ? "reversed" : "complete", klpm_running.passes, klpm_tasks_total());
	klpm_tasks_end();
	klpm_stack_set_free(klpm_running.set);
	klpm_history.last = klpm_running.number;
	klpm_history.last_reversed = back;
	klpm_history.last_timed_out = klpm_running.timed_out;
	memset(&klpm_running, 0, sizeof(klpm_running));
}

/*
 * All tasks have moved. Callbacks always run on the work queue. This holds also if the caller is a
 * work item that a SWITCH waits for.
 */
static void transition_finish(void)
{
	klpm_running.closing = true;
	if (klpm_change_has_callbacks(&klpm_running.change))
		mod_delayed_work(transition_wq, &transition_work, 0);
	else
		transition_complete();
}

static void transition_set_clock(u32 timeout_ms)
{
	u64 now = ktime_get_ns(), wait = (u64)READ_ONCE(signal_ms) * NSEC_PER_MSEC;

	klpm_running.passes = 0;
	klpm_running.delay_ms = TRANSITION_DELAY_MIN_MS;
	klpm_running.signal_ns = now + wait;
	klpm_running.wake_ns = now + 3 * wait;
	klpm_running.wake_every_ns = 3 * wait;
	klpm_running.timeout_ms = timeout_ms;
	klpm_running.deadline_ns = timeout_ms ? now + (u64)timeout_ms * NSEC_PER_MSEC : 0;
}

/* The first pass nudges no task, because a task that sleeps in another function needs no nudge. */
static enum move_nudge transition_nudge(u64 now)
{
	if (now >= klpm_running.wake_ns) {
		klpm_running.wake_ns = now + klpm_running.wake_every_ns;
		return NUDGE_WAKE;
	}
	if (now >= klpm_running.signal_ns)
		return NUDGE_SIGNAL;
	return klpm_running.passes ? NUDGE_RETURN : NUDGE_NONE;
}

/* Schedule the next pass after a pass that took took_ns. */
static void transition_again(u64 now, u64 took_ns)
{
	u64 delay = klpm_running.delay_ms, most = took_ns * TRANSITION_SHARE / NSEC_PER_MSEC;

	if (klpm_running.deadline_ns > now)
		delay = min(delay, (klpm_running.deadline_ns - now) / NSEC_PER_MSEC + 1);
	mod_delayed_work(transition_wq, &transition_work, msecs_to_jiffies(delay));
	klpm_running.delay_ms =
		min_t(u64, klpm_running.delay_ms * 2,
		      clamp_t(u64, most, TRANSITION_DELAY_FEW_MS, TRANSITION_DELAY_MAX_MS));
}

static void transition_pass(void)
{
	u64 began = ktime_get_ns(), now;

	klpm_move_pass(transition_nudge(began));
	klpm_running.passes++;
	if (!klpm_tasks_remaining()) {
		transition_finish();
		return;
	}
	transition_tell(KLP_EVENT_PROGRESS);
	now = ktime_get_ns();
	transition_again(now, now - began);
}

/* Reverse the transition. On -ENOMEM it continues in its present direction. */
static int transition_reverse_now(bool timed_out)
{
	int r;

	klpm_kept_take(klpm_running.target);
	klpm_move_stop();
	r = klpm_tasks_reverse(!klpm_running.target);
	if (!r) {
		klpm_running.target = !klpm_running.target;
		klpm_running.timed_out = timed_out;
		klpm_change_mark(&klpm_running.change, running_is_reversed());
		transition_set_clock(0);
	}
	klpm_move_start(klpm_running.target, klpm_running.set);
	transition_pass();
	return r;
}

static bool transition_overdue(void)
{
	return klpm_running.deadline_ns && ktime_get_ns() >= klpm_running.deadline_ns;
}

/* The transition did not start. Undo what its callbacks did, and record the reason. */
static void transition_refuse(int error, const struct change_failure *failure)
{
	klpm_history.refusal = (struct klp_ioc_refusal){
		.transition = klpm_running.number,
		.error = -error,
		.callback_error = failure->callback_error,
		.failed = failure->id,
		.failed_index = failure->index,
	};
	klpm_change_refuse(&klpm_running.change);
	klpm_running.target = TASK_OLD_VERSION;
	transition_tell(KLP_EVENT_DONE);
	klpm_stack_set_free(klpm_running.set);
	klpm_history.last = klpm_running.number;
	klpm_history.last_reversed = true;
	klpm_history.last_timed_out = false;
	memset(&klpm_running, 0, sizeof(klpm_running));
}

/* Start the transition, from its first callback to its first pass. */
static int transition_begin(struct change_failure *failure)
{
	int r = klpm_change_begin(&klpm_running.change, failure);

	if (r)
		return r;
	r = klpm_tasks_begin(klpm_change_flip, &klpm_running.change);
	if (r) {
		klpm_change_cancel(&klpm_running.change);
		return r;
	}
	klpm_running.starting = false;
	klpm_kept_drop();
	klpm_change_disown(&klpm_running.change);
	transition_set_clock(klpm_running.timeout_ms);
	klpm_move_start(klpm_running.target, klpm_running.set);
	transition_pass();
	return 0;
}

static void transition_begin_later(void)
{
	struct change_failure failure = { .id = 0 };
	int r = transition_begin(&failure);

	if (r)
		transition_refuse(r, &failure);
	if (!transition_waiter)
		return;
	transition_waiter->error = r;
	transition_waiter->failure = failure;
	WRITE_ONCE(transition_waiter->over, true);
	transition_waiter = NULL;
	wake_up_all(&transition_started);
}

static void transition_step(void)
{
	if (klpm_running.closing) {
		transition_complete();
		return;
	}
	/* Make one last pass, because there may be no blockers left. */
	transition_pass();
	if (klpm_running.number && !klpm_running.closing && transition_overdue())
		transition_reverse_now(true);
}

static void transition_work_fn(struct work_struct *work)
{
	mutex_lock(&klpm_mutex);
	if (klpm_running.number && klpm_running.starting) {
		transition_begin_later();
		klpm_claim_give();
	} else if (klpm_running.number && klpm_claim_try()) {
		transition_step();
		klpm_claim_give();
	} else {
		klpm_running.put_off = klpm_running.number;
	}
	mutex_unlock(&klpm_mutex);
}

void klpm_transition_go_on(void)
{
	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number || !klpm_running.put_off)
		return;
	klpm_running.put_off = false;
	mod_delayed_work(transition_wq, &transition_work, 0);
}

static void transition_all_moved(void)
{
	mod_delayed_work(transition_wq, &transition_work, 0);
}

/* Wait until the start has succeeded or failed. */
static int transition_wait(struct change_failure *failure)
{
	struct transition_ticket ticket = { .over = false };

	transition_waiter = &ticket;
	mutex_unlock(&klpm_mutex);
	wait_event_killable(transition_started, READ_ONCE(ticket.over));
	mutex_lock(&klpm_mutex);
	if (!ticket.over) {
		transition_waiter = NULL;
		return -EINTR;
	}
	*failure = ticket.failure;
	return ticket.error;
}

/* Drop a transition that has not run anything yet. */
static void transition_abandon(void)
{
	klpm_stack_set_free(klpm_running.set);
	memset(&klpm_running, 0, sizeof(klpm_running));
}

static int transition_start_now(struct change_failure *failure)
{
	int r = transition_begin(failure);

	if (r) {
		klpm_change_refuse(&klpm_running.change);
		transition_abandon();
	}
	klpm_claim_give();
	return r;
}

int klpm_transition_start(const struct change *c, u32 timeout_ms, bool wait, u64 *ret_number,
			  struct change_failure *failure)
{
	int r = klpm_running.number ? -EBUSY : 0;

	lockdep_assert_held(&klpm_mutex);
	if (r) {
		klpm_claim_give();
		return r;
	}
	klpm_running.change = *c;
	klpm_running.target = TASK_NEW_VERSION;
	klpm_running.started_ns = ktime_get_boottime_ns();
	klpm_running.timeout_ms = timeout_ms;
	r = klpm_change_prepare(&klpm_running.change, failure);
	if (!r) {
		klpm_running.set = klpm_change_stack_set(&klpm_running.change);
		r = klpm_running.set ? 0 : -ENOMEM;
	}
	if (r) {
		klpm_change_unprepare(&klpm_running.change);
		transition_abandon();
		klpm_claim_give();
		return r;
	}
	klpm_running.number = ++transition_count;
	*ret_number = klpm_running.number;
	klpm_running.starting = true;
	klpm_change_mark(&klpm_running.change, false);
	if (!klpm_change_has_callbacks(&klpm_running.change))
		return transition_start_now(failure);
	/*
	 * A caller that does not wait learns the end from an event. If the start fails, the
	 * entering records are then gone.
	 */
	if (!wait)
		klpm_change_disown(&klpm_running.change);
	mod_delayed_work(transition_wq, &transition_work, 0);
	return wait ? transition_wait(failure) : 0;
}

int klpm_transition_look_again(void)
{
	struct stack_set *set;

	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number)
		return 0;
	set = klpm_change_stack_set(&klpm_running.change);
	if (!set)
		return -ENOMEM;
	klpm_move_stop();
	klpm_stack_set_free(klpm_running.set);
	klpm_running.set = set;
	klpm_move_start(klpm_running.target, klpm_running.set);
	return 0;
}

int klpm_transition_reverse(u64 number, bool reversed)
{
	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number)
		return -ENOENT;
	if (klpm_running.number != number)
		return -ESTALE;
	if (klpm_running.closing)
		return -EBUSY;
	if (running_is_reversed() != reversed)
		return -EALREADY;
	return transition_reverse_now(false);
}

static void transition_force_one(struct task_entry *e)
{
	klpm_tasks_move(e, klpm_running.target);
}

int klpm_transition_force(u64 number, u32 *ret_forced)
{
	lockdep_assert_held(&klpm_mutex);
	if (!klpm_running.number)
		return -ENOENT;
	if (klpm_running.number != number)
		return -ESTALE;
	if (klpm_running.closing)
		return -EBUSY;
	klpm_move_stop();
	*ret_forced = klpm_tasks_remaining();
	pr_warn("transition %llu: forcing %u tasks to the other version\n", number,
		*ret_forced);
	klpm_change_force(&klpm_running.change);
	/*
	 * A forced task may return into klp.ko's code or data at any time, so the module stays
	 * loaded for good.
	 */
	if (!klpm_history.forced++)
		__module_get(THIS_MODULE);
	klpm_tasks_each(transition_force_one);
	transition_finish();
	return 0;
}

int klpm_transition_init(void)
{
	int r;

	transition_wq = alloc_workqueue("klp", WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!transition_wq)
		return -ENOMEM;
	r = klpm_move_init(transition_all_moved);
	if (r)
		destroy_workqueue(transition_wq);
	return r;
}

void klpm_transition_exit(void)
{
	/*
	 * Every record holds the module, so no transition runs. A last work item may still be
	 * queued.
	 */
	cancel_delayed_work_sync(&transition_work);
	klpm_move_exit();
	klpm_kept_drop();
	destroy_workqueue(transition_wq);
}
