// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to be patched while a task is in it: a worker runs klp_busy_work(), which patches take,
 * and stays there until `block` is N. It says in the trace what happens, between what callbacks say
 * there.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* Not trace_puts(), which warns the reader of the log that somebody is debugging the kernel. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define busy_say(text)	__trace_puts(_THIS_IP_, text, sizeof(text) - 1)
#else
#define busy_say(text)	__trace_puts(_THIS_IP_, text)
#endif

static bool block;
module_param(block, bool, 0644);
static DECLARE_COMPLETION(busy_entered);

static noinline void klp_busy_work(struct work_struct *work)
{
	busy_say("klp-test: klp_busy work enter\n");
	complete(&busy_entered);
	while (READ_ONCE(block))
		msleep(20);
	busy_say("klp-test: klp_busy work exit\n");
}

static DECLARE_WORK(busy_work, klp_busy_work);

static int __init klp_busy_init(void)
{
	busy_say("klp-test: klp_busy init\n");
	schedule_work(&busy_work);
	/* Whoever loads it knows then where the worker is. */
	if (READ_ONCE(block))
		wait_for_completion(&busy_entered);
	else
		flush_work(&busy_work);
	return 0;
}

static void __exit klp_busy_exit(void)
{
	WRITE_ONCE(block, false);
	flush_work(&busy_work);
	busy_say("klp-test: klp_busy exit\n");
}

module_init(klp_busy_init);
module_exit(klp_busy_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module with a function that somebody is in");
