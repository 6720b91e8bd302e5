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
 * steps has the claim (claim.c), because callbacks run without klp_mutex; a pass that finds the claim
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
#include "record.h"
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

struct running running;
struct history history;

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
		.transition = running.number,
		.total = tasks_total(),
		.moved = tasks_total() - tasks_remaining(),
		.timed_out = running.timed_out,
	};

	if (!memcmp(&e, &last, sizeof(e)))
		return;
	last = e;
	event_send(&e);
}

static void transition_complete(void)
{
	bool back = running_is_reversed();

	running.closing = true;
	move_stop();
	if (!back)
		history.generation++;
	change_settle(&running.change, back, history.generation);
	/* Whoever asked a gate that was in a transition's mode has its answer. */
	synchronize_rcu();
	change_close(&running.change, back);
	transition_tell(KLP_EVENT_DONE);
	pr_debug("transition %llu %s after %u passes over %u tasks\n", running.number,
		 back ? "reversed" : "complete", running.passes, tasks_total());
	tasks_end();
	stack_set_free(running.set);
	history.last = running.number;
	history.last_reversed = back;
	history.last_timed_out = running.timed_out;
	memset(&running, 0, sizeof(running));
}

/* All have moved. Callbacks run on the work queue, also where the caller is a work item that has a
 * SWITCH waiting for it. */
static void transition_finish(void)
{
	running.closing = true;
	if (change_has_callbacks(&running.change))
		mod_delayed_work(transition_wq, &transition_work, 0);
	else
		transition_complete();
}

static void transition_set_clock(u32 timeout_ms)
{
	u64 now = ktime_get_ns(), wait = (u64)READ_ONCE(signal_ms) * NSEC_PER_MSEC;

	running.passes = 0;
	running.delay_ms = TRANSITION_DELAY_MIN_MS;
	running.signal_ns = now + wait;
	running.wake_ns = now + 3 * wait;
	running.wake_every_ns = 3 * wait;
	running.timeout_ms = timeout_ms;
	running.deadline_ns = timeout_ms ? now + (u64)timeout_ms * NSEC_PER_MSEC : 0;
}

/* Who sleeps elsewhere needs no nudge: the first pass is without. */
static enum move_nudge transition_nudge(u64 now)
{
	if (now >= running.wake_ns) {
		running.wake_ns = now + running.wake_every_ns;
		return NUDGE_WAKE;
	}
	if (now >= running.signal_ns)
		return NUDGE_SIGNAL;
	return running.passes ? NUDGE_RETURN : NUDGE_NONE;
}

/* After a pass that took so long: when to make the next. */
static void transition_again(u64 now, u64 took_ns)
{
	u64 delay = running.delay_ms, most = took_ns * TRANSITION_SHARE / NSEC_PER_MSEC;

	if (running.deadline_ns > now)
		delay = min(delay, (running.deadline_ns - now) / NSEC_PER_MSEC + 1);
	mod_delayed_work(transition_wq, &transition_work, msecs_to_jiffies(delay));
	running.delay_ms = min_t(u64, running.delay_ms * 2,
				 clamp_t(u64, most, TRANSITION_DELAY_FEW_MS,
					 TRANSITION_DELAY_MAX_MS));
}

static void transition_pass(void)
{
	u64 began = ktime_get_ns(), now;

	move_pass(transition_nudge(began));
	running.passes++;
	if (!tasks_remaining()) {
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

	kept_take(running.target);
	move_stop();
	r = tasks_turn(!running.target);
	if (!r) {
		running.target = !running.target;
		running.timed_out = timed_out;
		change_mark(&running.change, running_is_reversed());
		transition_set_clock(0);
	}
	move_start(running.target, running.set);
	transition_pass();
	return r;
}

static bool transition_overdue(void)
{
	return running.deadline_ns && ktime_get_ns() >= running.deadline_ns;
}

/* It did not begin; what the callbacks did is undone. */
static void transition_refuse(int error, const struct change_failure *failure)
{
	history.refusal = (struct klp_ioc_refusal){
		.transition = running.number,
		.error = -error,
		.callback_error = failure->callback_error,
		.failed = failure->id,
		.failed_index = failure->index,
	};
	change_refuse(&running.change);
	running.target = TASK_OLD_VERSION;
	transition_tell(KLP_EVENT_DONE);
	stack_set_free(running.set);
	history.last = running.number;
	history.last_reversed = true;
	history.last_timed_out = false;
	memset(&running, 0, sizeof(running));
}

/* From the first callback to the first pass. */
static int transition_open(struct change_failure *failure)
{
	int r = change_open(&running.change, failure);

	if (r)
		return r;
	r = tasks_begin(change_flip, &running.change);
	if (r) {
		change_cancel(&running.change);
		return r;
	}
	running.opening = false;
	kept_drop();
	change_disown(&running.change);
	transition_set_clock(running.timeout_ms);
	move_start(running.target, running.set);
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
	if (running.closing) {
		transition_complete();
		return;
	}
	/* One last pass: it may be that nobody is in the way any more. */
	transition_pass();
	if (running.number && !running.closing && transition_overdue())
		transition_turn(true);
}

static void transition_work_fn(struct work_struct *work)
{
	mutex_lock(&klp_mutex);
	if (running.number && running.opening) {
		transition_open_later();
		claim_give();
	} else if (running.number && claim_try()) {
		transition_step();
		claim_give();
	} else {
		running.put_off = running.number;
	}
	mutex_unlock(&klp_mutex);
}

void transition_go_on(void)
{
	lockdep_assert_held(&klp_mutex);
	if (!running.number || !running.put_off)
		return;
	running.put_off = false;
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
	mutex_unlock(&klp_mutex);
	wait_event_killable(transition_started, READ_ONCE(ticket.over));
	mutex_lock(&klp_mutex);
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
	stack_set_free(running.set);
	memset(&running, 0, sizeof(running));
}

static int transition_start_now(struct change_failure *failure)
{
	int r = transition_open(failure);

	if (r) {
		change_refuse(&running.change);
		transition_abandon();
	}
	claim_give();
	return r;
}

int transition_start(const struct change *c, u32 timeout_ms, bool wait, u64 *ret_number,
		     struct change_failure *failure)
{
	int r = running.number ? -EBUSY : 0;

	lockdep_assert_held(&klp_mutex);
	if (r) {
		claim_give();
		return r;
	}
	running.change = *c;
	running.target = TASK_NEW_VERSION;
	running.started_ns = ktime_get_boottime_ns();
	running.timeout_ms = timeout_ms;
	r = change_prepare(&running.change, failure);
	if (!r) {
		running.set = change_stack_set(&running.change);
		r = running.set ? 0 : -ENOMEM;
	}
	if (r) {
		transition_abandon();
		claim_give();
		return r;
	}
	running.number = ++transition_count;
	*ret_number = running.number;
	running.opening = true;
	change_mark(&running.change, false);
	if (!change_has_callbacks(&running.change))
		return transition_start_now(failure);
	/* Whoever does not wait is told of the end, and then they are gone. */
	if (!wait)
		change_disown(&running.change);
	mod_delayed_work(transition_wq, &transition_work, 0);
	return wait ? transition_wait(failure) : 0;
}

int transition_look_again(void)
{
	struct stack_set *set;

	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return 0;
	set = change_stack_set(&running.change);
	if (!set)
		return -ENOMEM;
	move_stop();
	stack_set_free(running.set);
	running.set = set;
	move_start(running.target, running.set);
	return 0;
}

int transition_reverse(u64 number, bool reversed)
{
	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return -ENOENT;
	if (running.number != number)
		return -ESTALE;
	if (running.closing)
		return -EBUSY;
	if (running_is_reversed() != reversed)
		return -EALREADY;
	return transition_turn(false);
}

static void transition_force_one(struct task_entry *e)
{
	tasks_move(e, running.target);
}

int transition_force(u64 number, u32 *ret_forced)
{
	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return -ENOENT;
	if (running.number != number)
		return -ESTALE;
	if (running.closing)
		return -EBUSY;
	move_stop();
	*ret_forced = tasks_remaining();
	pr_warn("transition %llu: %u tasks are forced to the other version where they stand\n", number,
		*ret_forced);
	change_force(&running.change);
	/* A forced task may come back into what we own at any time: stay for good. */
	if (!history.forced++)
		__module_get(THIS_MODULE);
	tasks_each(transition_force_one);
	transition_finish();
	return 0;
}

int transition_init(void)
{
	int r;

	transition_wq = alloc_workqueue("klp", WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!transition_wq)
		return -ENOMEM;
	r = move_init(transition_all_moved);
	if (r)
		destroy_workqueue(transition_wq);
	return r;
}

void transition_exit(void)
{
	/* Every record holds the module, so no transition runs; a last call for one may be
	 * queued. */
	cancel_delayed_work_sync(&transition_work);
	move_exit();
	kept_drop();
	destroy_workqueue(transition_wq);
}
