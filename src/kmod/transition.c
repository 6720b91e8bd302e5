// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine of a change: begin, passes, perhaps turned round, complete.
 *
 *	(none) --start--> FORWARD --all moved--> (none)   enter in force, leave forgotten
 *	                   |   ^
 *	                reverse reverse
 *	                   v   |
 *	                  BACKWARD --all moved--> (none)  leave in force, enter forgotten
 *
 * A record's gate mode does not change when the transition turns: what an entering patch answers
 * depends on the task's version alone, and turning changes where versions go. Modes change at two
 * moments, where old and new answer are the same for every task: at the start, when all tasks are
 * old (under the lock that keeps new ones from being born), and at completion, when all are where
 * they go. The table goes away a grace period later.
 *
 * Nothing here needs user space: once started, it runs to its end on a work queue. Who waits is
 * told by an event. Where it has callbacks it also starts and ends there, so that no caller's death
 * or patience matters to them: SWITCH waits for the start, if it is to, and can be killed. Each row of
 * steps has the claim (claim.c), because callbacks run without klpm_mutex; a pass that finds the claim
 * taken, as by the callback of a module that loads, is made when it is given back.
 * Passes are events too: the first runs at once, and the last task that moves
 * elsewhere calls for completion. What remains is tried again after 10 ms, then every 20 ms, so
 * that a straggler that leaves is noticed within 50 however coarse the kernel's clock is; where
 * there are so many that a pass takes more than 1 ms, as much later as keeps passes at a twentieth
 * of one CPU, up to 1 s.
 *
 * A transition that has not completed when its time is over turns itself round, also when whoever
 * set that time is gone.
 *
 * A task has signal_ms to come out by itself before its sleep is cut short, a kthread three times
 * that (by default what kernel livepatch gives it).
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

/* Of a SWITCH that waits for the start. */
struct transition_ticket {
	bool over;
	int error;
	struct change_failure failure;
};

struct running klpm_running;
struct history klpm_history;

static u64 transition_count;
static struct transition_ticket *transition_waiter;	/* of the start that is under way */
static DECLARE_WAIT_QUEUE_HEAD(transition_started);
static unsigned int signal_ms = 5000;
module_param(signal_ms, uint, 0644);
MODULE_PARM_DESC(signal_ms, "How long a task may hold a transition up before its sleep is cut short");

static struct workqueue_struct *transition_wq;
static void transition_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(transition_work, transition_work_fn);

/* Passes come often, and most find what the one before found: that is no news. */
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
	/* Whoever asked a gate that was in a transition's mode has its answer. */
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

/* All have moved. Callbacks run on the work queue, also where the caller is a work item that has a
 * SWITCH waiting for it. */
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

/* Who sleeps elsewhere needs no nudge: the first pass is without. */
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

/* After a pass that took so long: when to make the next. */
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

/* -ENOMEM: it goes on as it did. */
static int transition_turn(bool timed_out)
{
	int r;

	klpm_kept_take(klpm_running.target);
	klpm_move_stop();
	r = klpm_tasks_turn(!klpm_running.target);
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

/* It did not begin; what the callbacks did is undone. */
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

/* From the first callback to the first pass. */
static int transition_open(struct change_failure *failure)
{
	int r = klpm_change_open(&klpm_running.change, failure);

	if (r)
		return r;
	r = klpm_tasks_begin(klpm_change_flip, &klpm_running.change);
	if (r) {
		klpm_change_cancel(&klpm_running.change);
		return r;
	}
	klpm_running.opening = false;
	klpm_kept_drop();
	klpm_change_disown(&klpm_running.change);
	transition_set_clock(klpm_running.timeout_ms);
	klpm_move_start(klpm_running.target, klpm_running.set);
	transition_pass();
	return 0;
}

static void transition_open_later(void)
{
	struct change_failure failure = { .id = 0 };
	int r = transition_open(&failure);

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
	/* One last pass: it may be that nobody is in the way any more. */
	transition_pass();
	if (klpm_running.number && !klpm_running.closing && transition_overdue())
		transition_turn(true);
}

static void transition_work_fn(struct work_struct *work)
{
	mutex_lock(&klpm_mutex);
	if (klpm_running.number && klpm_running.opening) {
		transition_open_later();
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

/* Until the start is over, one way or the other. */
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

/* Without a trace, before anything ran. */
static void transition_abandon(void)
{
	klpm_stack_set_free(klpm_running.set);
	memset(&klpm_running, 0, sizeof(klpm_running));
}

static int transition_start_now(struct change_failure *failure)
{
	int r = transition_open(failure);

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
		transition_abandon();
		klpm_claim_give();
		return r;
	}
	klpm_running.number = ++transition_count;
	*ret_number = klpm_running.number;
	klpm_running.opening = true;
	klpm_change_mark(&klpm_running.change, false);
	if (!klpm_change_has_callbacks(&klpm_running.change))
		return transition_start_now(failure);
	/* Whoever does not wait is told of the end, and then they are gone. */
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
	return transition_turn(false);
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
	pr_warn("transition %llu: %u tasks are forced to the other version where they stand\n", number,
		*ret_forced);
	klpm_change_force(&klpm_running.change);
	/* A forced task may come back into what we own at any time: stay for good. */
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
	/* Every record holds the module, so no transition runs; a last call for one may be
	 * queued. */
	cancel_delayed_work_sync(&transition_work);
	klpm_move_exit();
	klpm_kept_drop();
	destroy_workqueue(transition_wq);
}
