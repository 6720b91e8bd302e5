// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the functions that no transition can move tasks out of. A patch of one is refused when it
 * is registered; otherwise its transition would hang. There are three kinds:
 *
 * 1. Functions that an idle task never leaves. An idle task is examined only while its CPU runs
 *    another task, and then it always stands at the same place of its loop. What is on its stack
 *    then never leaves the stack. The stack is read once, at load, on two CPUs, because the boot
 *    CPU enters the loop in another way than the others.
 * 2. Functions that a kernel thread never leaves: the function that the thread was created to run,
 *    if such a thread exists now, and the callers of that function. A thread that ends does leave
 *    it, but klp.ko cannot know when. Other functions that a thread, or a worker of a user process
 *    (io_uring, vhost), calls and stays in cannot be recognized. There a transition waits, names
 *    the task, and reverses at its deadline.
 * 3. Functions that run only in tasks that are in no task list any more: those that do_exit()
 *    calls after exit_notify(), which takes a thread that no other task waits for off all lists.
 *    No table has such a task, so its version is unknown. (Some of these functions also clean up
 *    after a fork that failed.)
 *
 * Not covered are functions that other tasks run as well: the rest of release_task() and what
 * do_exit() calls in other parts of the kernel. klp(7) describes what is not promised for them,
 * and hold.c keeps the image of an override body that such a thread may be in.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "func.h"
#include "reach.h"
#include "resolve.h"
#include "stack.h"

#define REACH_IDLE_MAX	64	/* functions; a dozen on two CPUs, half of them twice */

static unsigned long reach_idle[REACH_IDLE_MAX];
static unsigned int reach_idle_n;

/* The callers of the function of each kernel thread. */
static const char *const reach_threads[] = { "kthread", "kthreadd", "ret_from_fork" };

/* In the order of do_exit(). */
static const char *const reach_exit[] = {
	"proc_exit_connector", "mpol_put_task_policy", "debug_check_no_locks_held",
	"exit_io_context", "ioc_exit_icqs", "exit_task_stack_account", "check_stack_usage",
	"exit_rcu", "exit_tasks_rcu_finish", "exit_tasks_rcu_finish_trace", "lockdep_free_task",
	"do_task_dead",
};

static bool reach_named(const char *const *names, unsigned int n, const char *symbol)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], symbol))
			return true;
	return false;
}

/*
 * Runs on the CPU of the idle task, which therefore does not run while this function does not
 * sleep.
 */
static long reach_look(void *arg)
{
	struct stack_trace_seen *t = arg;
	unsigned long size, offset;
	unsigned int i;

	preempt_disable();
	klpm_stack_save(klpm_resolve_idle_task(smp_processor_id()), t);
	preempt_enable();
	for (i = 0; i < t->n && reach_idle_n < REACH_IDLE_MAX; i++) {
		/* The return address is behind the call, which may be the last instruction. */
		unsigned long addr = t->frames[i].addr - 1;

		if (!klpm_resolve_symbol_size(addr, &size, &offset))
			reach_idle[reach_idle_n++] = addr - offset;
	}
	return 0;
}

int klpm_reach_init(void)
{
	struct stack_trace_seen *t = kmalloc(sizeof(*t), GFP_KERNEL);
	unsigned int first = cpumask_first(cpu_online_mask), last = cpumask_last(cpu_online_mask);

	if (!t)
		return -ENOMEM;
	/* If a CPU goes offline meanwhile, another one is examined, which is just as good. */
	work_on_cpu(first, reach_look, t);
	if (last != first)
		work_on_cpu(last, reach_look, t);
	kfree(t);
	return 0;
}

static bool reach_is_idle(const struct func *f)
{
	unsigned int i;

	for (i = 0; i < reach_idle_n; i++)
		if (f->addr == reach_idle[i])
			return true;
	return false;
}

/* Index of the first of f[0..n-1] that a kernel thread was created to run; n if there is none. */
static u32 reach_find_thread(const struct func *f, u32 n)
{
	struct task_struct *t;
	u32 i, found = n;
	unsigned long fn;

	rcu_read_lock();
	for_each_process(t) {
		/* Each kernel thread is a process of its own. */
		if (!(t->flags & PF_KTHREAD))
			continue;
		fn = (unsigned long)kthread_func(t);
		for (i = 0; fn && i < found; i++)
			if (f[i].addr == fn)
				found = i;
	}
	rcu_read_unlock();
	return found;
}

int klpm_reach_check(const struct func *f, u32 n, u32 *failed)
{
	u32 i, thread = reach_find_thread(f, n);
	int r = 0;

	for (i = 0; !r && i < n; i++) {
		if (!f[i].addr)
			continue;	/* of a module */
		if (i == thread || reach_is_idle(&f[i]) ||
		    reach_named(reach_threads, ARRAY_SIZE(reach_threads), f[i].symbol))
			r = -ELOOP;
		else if (reach_named(reach_exit, ARRAY_SIZE(reach_exit), f[i].symbol))
			r = -EOWNERDEAD;
		if (r)
			*failed = i;
	}
	return r;
}
