// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls in_aton() and counts the return values by calling context. The original returns the
 * address, the patches missed-* return 77.
 *
 * Writing one byte to /proc/test_klpd_recursion makes one call, counted for a task or for a
 * real-time task. Writing a number resets all counts and sets the period, in microseconds, of
 * calls from a hard and from a soft interrupt on CPU 0, on top of whatever runs there; 0 stops
 * them. Reading returns a line for each context: its name, the number of patched and the number
 * of original return values.
 */
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/rt.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#define MISSED_PATCHED	77

enum missed_context { MISSED_TASK, MISSED_RT, MISSED_SOFT, MISSED_HARD, MISSED_CONTEXTS };

static const char *const missed_names[] = { "task", "rt", "soft", "hard" };
static atomic64_t missed_count[MISSED_CONTEXTS][2];	/* patched, original */
static struct hrtimer missed_soft, missed_hard;
static unsigned int missed_period;

static void missed_call(enum missed_context context)
{
	__be32 answer = in_aton("0.0.0.1");

	if (answer == (__force __be32)MISSED_PATCHED)
		atomic64_inc(&missed_count[context][0]);
	else if (answer == htonl(1))
		atomic64_inc(&missed_count[context][1]);
	else
		WARN_ONCE(1, "test_klpd_recursion: in_aton() returned %x\n", (__force u32)answer);
}

static enum hrtimer_restart missed_again(struct hrtimer *timer, enum missed_context context)
{
	unsigned int period = READ_ONCE(missed_period);

	if (!period)
		return HRTIMER_NORESTART;
	missed_call(context);
	hrtimer_forward_now(timer, ns_to_ktime((u64)period * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart missed_soft_fn(struct hrtimer *timer)
{
	return missed_again(timer, MISSED_SOFT);
}

static enum hrtimer_restart missed_hard_fn(struct hrtimer *timer)
{
	return missed_again(timer, MISSED_HARD);
}

/* Runs on CPU 0. */
static void missed_start(void *unused)
{
	ktime_t period = ns_to_ktime((u64)READ_ONCE(missed_period) * NSEC_PER_USEC);

	hrtimer_start(&missed_soft, period, HRTIMER_MODE_REL_PINNED_SOFT);
	hrtimer_start(&missed_hard, period, HRTIMER_MODE_REL_PINNED_HARD);
}

static int missed_set_period(unsigned int period)
{
	WRITE_ONCE(missed_period, 0);
	hrtimer_cancel(&missed_hard);
	hrtimer_cancel(&missed_soft);
	WRITE_ONCE(missed_period, period);
	return period ? smp_call_function_single(0, missed_start, NULL, 1) : 0;
}

static void missed_reset(void)
{
	int i;

	for (i = 0; i < MISSED_CONTEXTS; i++) {
		atomic64_set(&missed_count[i][0], 0);
		atomic64_set(&missed_count[i][1], 0);
	}
}

static ssize_t missed_write(struct file *file, const char __user *buffer, size_t size, loff_t *pos)
{
	unsigned int period;
	int r;

	if (size == 1) {
		missed_call(rt_task(current) ? MISSED_RT : MISSED_TASK);
		return size;
	}
	r = kstrtouint_from_user(buffer, size, 0, &period);
	if (!r)
		r = missed_set_period(period);
	if (r)
		return r;
	missed_reset();
	return size;
}

static int missed_show(struct seq_file *m, void *v)
{
	int i;

	for (i = 0; i < MISSED_CONTEXTS; i++)
		seq_printf(m, "%s %lld %lld\n", missed_names[i],
			   atomic64_read(&missed_count[i][0]), atomic64_read(&missed_count[i][1]));
	return 0;
}

static int missed_open(struct inode *inode, struct file *file)
{
	return single_open(file, missed_show, NULL);
}

static const struct proc_ops missed_ops = {
	.proc_open = missed_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = missed_write,
};

static void missed_setup(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *),
			 enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = fn;
#else
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, mode);
#endif
}

static int __init missed_init(void)
{
	missed_setup(&missed_soft, missed_soft_fn, HRTIMER_MODE_REL_PINNED_SOFT);
	missed_setup(&missed_hard, missed_hard_fn, HRTIMER_MODE_REL_PINNED_HARD);
	return proc_create("test_klpd_recursion", 0600, NULL, &missed_ops) ? 0 : -ENOMEM;
}

static void __exit missed_exit(void)
{
	remove_proc_entry("test_klpd_recursion", NULL);
	WRITE_ONCE(missed_period, 0);
	hrtimer_cancel(&missed_hard);
	hrtimer_cancel(&missed_soft);
}

module_init(missed_init);
module_exit(missed_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: calls of one function from every context");
