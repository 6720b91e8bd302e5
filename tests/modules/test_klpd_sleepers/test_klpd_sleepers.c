// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests and measurements: n kernel threads that sleep in down_killable(), a function that
 * hardly any other task uses. Writing to `leave` lets them out; `left_ns` is the time
 * (CLOCK_MONOTONIC) at which the last one was out, 0 until then. The threads end with the module.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/semaphore.h>
#include <linux/slab.h>

static unsigned int n = 1;
module_param(n, uint, 0444);
static u64 left_ns;
module_param_named(left_ns, left_ns, ullong, 0444);

static struct task_struct **sleepers;
static struct semaphore sleepers_leave;
static atomic_t sleepers_let_out = ATOMIC_INIT(0);
static atomic_t sleepers_in;

static int sleepers_thread(void *unused)
{
	if (!down_killable(&sleepers_leave) && atomic_dec_and_test(&sleepers_in))
		WRITE_ONCE(left_ns, ktime_get_ns());
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int sleepers_set_leave(const char *value, const struct kernel_param *kp)
{
	unsigned int i;

	if (atomic_xchg(&sleepers_let_out, 1))
		return -EALREADY;
	for (i = 0; i < n; i++)
		up(&sleepers_leave);
	return 0;
}

static const struct kernel_param_ops sleepers_leave_ops = { .set = sleepers_set_leave };
module_param_cb(leave, &sleepers_leave_ops, NULL, 0200);

static void sleepers_end(unsigned int made)
{
	sleepers_set_leave(NULL, NULL);
	while (made--)
		kthread_stop(sleepers[made]);
	kfree(sleepers);
}

static int __init sleepers_init(void)
{
	unsigned int i;

	sleepers = kcalloc(n, sizeof(*sleepers), GFP_KERNEL);
	if (!sleepers)
		return -ENOMEM;
	atomic_set(&sleepers_in, n);
	sema_init(&sleepers_leave, 0);
	for (i = 0; i < n; i++) {
		sleepers[i] = kthread_run(sleepers_thread, NULL, "klp_sleeper/%u", i);
		if (IS_ERR(sleepers[i])) {
			int r = PTR_ERR(sleepers[i]);

			sleepers_end(i);
			return r;
		}
	}
	return 0;
}

static void __exit sleepers_exit(void)
{
	sleepers_end(n);
}

module_init(sleepers_init);
module_exit(sleepers_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: kernel threads that sleep in a function");
