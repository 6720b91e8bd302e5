// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to be patched while a task runs in it: a worker runs test_klpd_busy_work(), which
 * patches target, and stays there until the parameter `block` is N. It writes its steps to the
 * trace, between the lines that callbacks write there.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* Not trace_puts(), which makes the kernel log a warning that it is being debugged. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define busy_say(text)	__trace_puts(_THIS_IP_, text, sizeof(text) - 1)
#else
#define busy_say(text)	__trace_puts(_THIS_IP_, text)
#endif

static bool block;
module_param(block, bool, 0644);
static DECLARE_COMPLETION(busy_entered);

static noinline void test_klpd_busy_work(struct work_struct *work)
{
	busy_say("klp-test: test_klpd_busy work enter\n");
	complete(&busy_entered);
	while (READ_ONCE(block))
		msleep(20);
	busy_say("klp-test: test_klpd_busy work exit\n");
}

static DECLARE_WORK(busy_work, test_klpd_busy_work);

static int __init test_klpd_busy_init(void)
{
	busy_say("klp-test: test_klpd_busy init\n");
	schedule_work(&busy_work);
	/* The load ends only when the position of the worker is known. */
	if (READ_ONCE(block))
		wait_for_completion(&busy_entered);
	else
		flush_work(&busy_work);
	return 0;
}

static void __exit test_klpd_busy_exit(void)
{
	WRITE_ONCE(block, false);
	flush_work(&busy_work);
	busy_say("klp-test: test_klpd_busy exit\n");
}

module_init(test_klpd_busy_init);
module_exit(test_klpd_busy_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module with a function that somebody is in");
