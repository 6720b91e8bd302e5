// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moving a task. A task moves in one of these ways:
 *
 * 1. The task is off its CPU, asleep or preempted. task_call_func() keeps it there while its stack
 *    is checked.
 * 2. The task is running. A work item is queued on its CPU. While the worker runs, the task does
 *    not, so it is at a scheduling point and the first way applies. This covers idle tasks and
 *    CPU-bound kthreads as well as user tasks.
 * 3. A user task was found inside a function. Task work moves it when it returns to user mode. The
 *    stack is checked there too, because task work also runs deep inside some system calls.
 * 4. A user task sleeps inside a function and stays there. The same task work is added so that an
 *    interruptible sleep ends (TIF_NOTIFY_SIGNAL: no signal is queued; system calls restart as
 *    after a signal without a handler). A kthread in interruptible sleep is woken, as kernel
 *    livepatch does. So is a worker of io_uring or vhost: it has no system call that could
 *    restart, so its work for the process would fail with EINTR.
 * 5. The CPU of an idle task is offline, or the task has no stack (a zombie). It moves at once.
 *
 * A task is signalled or woken only if its stack was checked and kept it from moving. A task that
 * was merely running at each try does not block the transition, and its sleep must not end early.
 *
 * Concurrency. Tasks are moved from several contexts at once. Each works inside one RCU read-side
 * section and reads move_active first. klpm_move_stop() clears move_active and waits for a grace
 * period. After that, none of them uses the table or the set.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "move.h"
#include "resolve.h"
#include "stack.h"

/*
 * One reference is for the task's list of work, one for the entry. While the entry has its own,
 * the address cannot belong to other work and may be used to cancel it.
 */
struct move_work {
	struct callback_head head;
	refcount_t refs;
};

static bool move_active;
static enum task_version move_target;
static const struct stack_set *move_set;
static void (*move_done)(void);
static struct work_struct __percpu *move_visits;
static cpumask_var_t move_seen;		/* CPUs found running a task in this pass */
static atomic_t move_works = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(move_works_wait);

static void move_failed(struct task_entry *e, const struct func *f)
{
	if (f && f != e->func) {
		WRITE_ONCE(e->since_ns, ktime_get_ns());
		WRITE_ONCE(e->func, f);
	}
	WRITE_ONCE(e->reason, f ? TASK_IN_FUNCTION : TASK_UNRELIABLE_STACK);
	WRITE_ONCE(e->in_way, true);
}

/* Called by task_call_func(), or for current. */
static int move_checked(struct task_struct *task, void *arg)
{
	struct task_entry *e = arg;
	const struct func *f;
	int r;

	if (task != current && READ_ONCE(task->on_cpu)) {
		WRITE_ONCE(e->reason, TASK_IS_RUNNING);
		return -EBUSY;
	}
	r = klpm_stack_check(task, move_set, &f);
	if (r) {
		move_failed(e, f);
		return r;
	}
	klpm_tasks_move(e, move_target);
	return 0;
}

/* Returns -EBUSY if the task is running. */
static int move_try(struct task_entry *e)
{
	int r = 0;

	rcu_read_lock();
	if (!smp_load_acquire(&move_active))
		goto out;
	if (e->idle_cpu >= 0 && !cpu_online(e->idle_cpu)) {
		klpm_tasks_move(e, move_target);
	} else if (!try_get_task_stack(e->task)) {
		klpm_tasks_move(e, move_target);
	} else {
		if (e->task == current)
			r = move_checked(e->task, e);
		else
			r = klpm_resolve_task_call_func(e->task, move_checked, e);
		klpm_resolve_put_task_stack(e->task);
	}
out:
	rcu_read_unlock();
	return r;
}

/* Call move_done() if no task is left, from whichever context moved the last one. */
static void move_tell(void)
{
	if (READ_ONCE(move_active) && !klpm_tasks_remaining())
		move_done();
}

static int move_visit_one(struct task_entry *e, void *arg)
{
	int *cpu = arg;

	if (task_cpu(e->task) == *cpu)
		move_try(e);
	return 0;
}

static void move_visit(struct work_struct *work)
{
	int cpu = raw_smp_processor_id();

	if (!READ_ONCE(move_active))
		return;
	klpm_tasks_each_remaining(move_target, move_visit_one, &cpu);
	move_tell();
}

static void move_work_put(struct move_work *w)
{
	if (!refcount_dec_and_test(&w->refs))
		return;
	kfree(w);
	if (atomic_dec_and_test(&move_works))
		wake_up_all(&move_works_wait);
}

static void move_at_user_return(struct callback_head *head)
{
	struct move_work *w = container_of(head, struct move_work, head);
	struct task_entry *e = NULL;

	/* An exiting task is not on its way to user mode. */
	if (!(current->flags & PF_EXITING)) {
		rcu_read_lock();
		if (smp_load_acquire(&move_active))
			e = klpm_tasks_find(current);
		if (e)
			move_try(e);
		rcu_read_unlock();
		move_tell();
	}
	move_work_put(w);
}

/*
 * At most one work of each kind is pending. The next may be added when the one before has run
 * without effect.
 */
static struct move_work **move_work_slot(struct task_entry *e, bool signal)
{
	struct move_work **w = &e->work[signal];

	if (*w && refcount_read(&(*w)->refs) == 1) {
		move_work_put(*w);
		*w = NULL;
	}
	return w;
}

static void move_call(struct task_entry *e, bool signal)
{
	struct move_work **slot = move_work_slot(e, signal), *w;

	if (*slot)
		return;
	w = kmalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return;
	init_task_work(&w->head, move_at_user_return);
	refcount_set(&w->refs, 2);
	atomic_inc(&move_works);
	*slot = w;
	if (klpm_resolve_task_work_add(e->task, &w->head, signal ? TWA_SIGNAL : TWA_RESUME))
		move_work_put(w);
}

static void move_nudge(struct task_entry *e, enum move_nudge nudge)
{
	if (e->idle_cpu >= 0 || (e->task->flags & PF_EXITING))
		return;
	if (!READ_ONCE(e->in_way))
		nudge = min(nudge, NUDGE_RETURN);
	if (e->task->flags & (PF_KTHREAD | PF_USER_WORKER)) {
		if (nudge >= NUDGE_WAKE)
			klpm_resolve_wake_up_state(e->task, TASK_INTERRUPTIBLE);
		return;
	}
	if (nudge >= NUDGE_RETURN)
		move_call(e, false);
	if (nudge >= NUDGE_SIGNAL)
		move_call(e, true);
}

static int move_pass_one(struct task_entry *e, void *arg)
{
	enum move_nudge *nudge = arg;

	if (move_try(e) == -EBUSY)
		cpumask_set_cpu(task_cpu(e->task), move_seen);
	if (READ_ONCE(e->version) != move_target)
		move_nudge(e, *nudge);
	cond_resched();
	return 0;
}

void klpm_move_pass(enum move_nudge nudge)
{
	int cpu;

	cpumask_clear(move_seen);
	cpus_read_lock();
	klpm_tasks_each_remaining(move_target, move_pass_one, &nudge);
	for_each_cpu_and(cpu, move_seen, cpu_online_mask)
		queue_work_on(cpu, system_highpri_wq, per_cpu_ptr(move_visits, cpu));
	cpus_read_unlock();
}

void klpm_move_start(enum task_version target, const struct stack_set *set)
{
	move_target = target;
	move_set = set;
	smp_store_release(&move_active, true);
}

static void move_call_back(struct task_entry *e)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(e->work); i++) {
		struct move_work *w = e->work[i];

		if (!w)
			continue;
		e->work[i] = NULL;
		/*
		 * If it is not in the list any more, it has run, or runs as soon as the task gets
		 * there.
		 */
		if (klpm_resolve_task_work_cancel(e->task, &w->head))
			move_work_put(w);
		move_work_put(w);
	}
}

void klpm_move_stop(void)
{
	int cpu;

	WRITE_ONCE(move_active, false);
	synchronize_rcu();
	for_each_possible_cpu(cpu)
		cancel_work_sync(per_cpu_ptr(move_visits, cpu));
	klpm_tasks_each(move_call_back);
	move_set = NULL;
}

int klpm_move_init(void (*done)(void))
{
	int cpu;

	move_done = done;
	if (!zalloc_cpumask_var(&move_seen, GFP_KERNEL))
		return -ENOMEM;
	move_visits = alloc_percpu(struct work_struct);
	if (!move_visits) {
		free_cpumask_var(move_seen);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(move_visits, cpu), move_visit);
	return 0;
}

void klpm_move_exit(void)
{
	wait_event(move_works_wait, !atomic_read(&move_works));
	/* The last one may still be between its last access to the count and its return. */
	synchronize_rcu_tasks();
	free_percpu(move_visits);
	free_cpumask_var(move_seen);
}
