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
 * told by an event. Passes are events too: the first runs at once, and the last task that moves
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
#include "event.h"
#include "kept.h"
#include "move.h"
#include "record.h"
#include "stack.h"
#include "tasks.h"
#include "transition.h"

#define TRANSITION_DELAY_MIN_MS	10
#define TRANSITION_DELAY_FEW_MS	20
#define TRANSITION_DELAY_MAX_MS	1000
#define TRANSITION_SHARE	20

static struct {
	u64 number;			/* 0: none runs */
	enum task_version target;
	struct change change;
	struct stack_set *set;
	u64 started_ns;			/* CLOCK_BOOTTIME, for people; the others are monotonic */
	u64 deadline_ns;		/* 0: none */
	u64 signal_ns, wake_ns;		/* when to begin to, or do so again */
	u64 wake_every_ns;
	u32 timeout_ms;			/* 0: none, or not any more */
	bool timed_out;			/* it turned itself round */
	u32 passes;
	u32 delay_ms;
} running;

static u64 transition_count, transition_last;
static bool transition_last_reversed, transition_last_timed_out;
static u64 generation;
static u32 transitions_forced;
static unsigned int signal_ms = 5000;
module_param(signal_ms, uint, 0644);
MODULE_PARM_DESC(signal_ms, "How long a task may hold a transition up before its sleep is cut short");

static struct workqueue_struct *transition_wq;
static void transition_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(transition_work, transition_work_fn);

static bool transition_reversed(void)
{
	return running.target == TASK_OLD_VERSION;
}

/* Passes come often, and most find what the one before found: that is no news. */
static void transition_tell(enum klp_event_type type)
{
	static struct klp_uapi_event last;
	struct klp_uapi_event e = {
		.type = type,
		.reversed = transition_reversed(),
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
	bool back = transition_reversed();

	move_stop();
	if (!back)
		generation++;
	change_settle(&running.change, back, generation);
	/* Whoever asked a gate that was in a transition's mode has its answer. */
	synchronize_rcu();
	change_close(&running.change, back);
	transition_tell(KLP_EVENT_DONE);
	pr_debug("transition %llu %s after %u passes over %u tasks\n", running.number,
		 back ? "reversed" : "complete", running.passes, tasks_total());
	tasks_end();
	stack_set_free(running.set);
	transition_last = running.number;
	transition_last_reversed = back;
	transition_last_timed_out = running.timed_out;
	memset(&running, 0, sizeof(running));
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
		transition_complete();
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
		change_mark(&running.change, transition_reversed());
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

static void transition_work_fn(struct work_struct *work)
{
	mutex_lock(&klp_mutex);
	/* One last pass: it may be that nobody is in the way any more. */
	if (running.number)
		transition_pass();
	if (running.number && transition_overdue())
		transition_turn(true);
	mutex_unlock(&klp_mutex);
}

static void transition_all_moved(void)
{
	mod_delayed_work(transition_wq, &transition_work, 0);
}

static int transition_begin(struct change_failure *failure)
{
	int r = change_prepare(&running.change, failure);

	if (r)
		return r;
	running.set = change_stack_set(&running.change);
	if (!running.set)
		return -ENOMEM;
	r = change_open(&running.change, failure);
	if (r)
		return r;
	r = tasks_begin(change_flip, &running.change);
	if (r)
		change_cancel(&running.change);
	return r;
}

int transition_start(const struct change *c, u32 timeout_ms, u64 *ret_number,
		     struct change_failure *failure)
{
	int r;

	lockdep_assert_held(&klp_mutex);
	if (running.number)
		return -EBUSY;
	running.change = *c;
	running.target = TASK_NEW_VERSION;
	running.started_ns = ktime_get_boottime_ns();
	r = transition_begin(failure);
	if (r) {
		stack_set_free(running.set);
		memset(&running, 0, sizeof(running));
		return r;
	}
	kept_drop();
	transition_set_clock(timeout_ms);
	running.number = ++transition_count;
	*ret_number = running.number;
	change_mark(&running.change, false);
	move_start(running.target, running.set);
	transition_pass();
	return 0;
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
	if (transition_reversed() != reversed)
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
	move_stop();
	*ret_forced = tasks_remaining();
	pr_warn("transition %llu: %u tasks are forced to the other version where they stand\n", number,
		*ret_forced);
	change_force(&running.change);
	/* A forced task may come back into what we own at any time: stay for good. */
	if (!transitions_forced++)
		__module_get(THIS_MODULE);
	tasks_each(transition_force_one);
	transition_complete();
	return 0;
}

int transition_task_state(struct task_struct *task)
{
	int state;

	lockdep_assert_held(&klp_mutex);
	if (!running.number)
		return -1;
	rcu_read_lock();
	state = tasks_state(task);
	rcu_read_unlock();
	/* Where nothing enters, the new version is the original. */
	return running.change.n_enter ? state : !state;
}

void transition_status(struct klp_ioc_status *status)
{
	lockdep_assert_held(&klp_mutex);
	status->generation = generation;
	status->last_transition = transition_last;
	status->last_reversed = transition_last_reversed;
	status->last_timed_out = transition_last_timed_out;
	status->forced = transitions_forced;
	status->transition = (struct klp_uapi_transition){
		.number = running.number,
		.started_ns = running.started_ns,
		.total = tasks_total(),
		.moved = tasks_total() - tasks_remaining(),
		.reversed = running.number && transition_reversed(),
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
