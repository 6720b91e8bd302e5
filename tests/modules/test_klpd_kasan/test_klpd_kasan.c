// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: commits the fault that the parameter `sin` names while it is loaded, then fails to
 * load. A debug kernel must report each fault, and the guest runner must notice the report. The
 * faults do no lasting harm.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *sin;
module_param(sin, charp, 0444);

struct sins_entry {
	struct list_head list;
};

static DEFINE_MUTEX(sins_a);
static DEFINE_MUTEX(sins_b);
static DEFINE_SPINLOCK(sins_spin);
static LIST_HEAD(sins_list);
static int __rcu *sins_pointer;
static volatile u8 sins_sink;

static void sins_use_after_free(void)
{
	volatile u8 *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	kfree((void *)p);
	sins_sink = p[8];
}

static void sins_lock_order(void)
{
	mutex_lock(&sins_a);
	mutex_lock(&sins_b);
	mutex_unlock(&sins_b);
	mutex_unlock(&sins_a);
	mutex_lock(&sins_b);
	mutex_lock(&sins_a);
	mutex_unlock(&sins_a);
	mutex_unlock(&sins_b);
}

static void sins_interrupt(void *unused)
{
	spin_lock(&sins_spin);
	spin_unlock(&sins_spin);
}

/*
 * Takes the same lock in an interrupt and with interrupts on: it could deadlock, but does not
 * here.
 */
static void sins_irq_state(void)
{
	sins_interrupt(NULL);
	on_each_cpu(sins_interrupt, NULL, 1);
}

static void sins_sleep(void)
{
	spin_lock(&sins_spin);
	might_sleep();
	spin_unlock(&sins_spin);
}

static void sins_rcu(void)
{
	sins_sink = !rcu_dereference(sins_pointer);
}

static void sins_rcu_list(void)
{
	struct sins_entry *e;

	list_for_each_entry_rcu(e, &sins_list, list)
		sins_sink = 1;
}

static void sins_preempt(void)
{
	sins_sink = smp_processor_id();
}

static void sins_list_corruption(void)
{
	struct list_head entry;

	list_add(&entry, &sins_list);
	list_add(&entry, &sins_list);
	INIT_LIST_HEAD(&sins_list);
}

static const struct {
	const char *name;
	void (*commit)(void);
} sins[] = {
	{ "use-after-free", sins_use_after_free },
	{ "lock-order", sins_lock_order },
	{ "irq-state", sins_irq_state },
	{ "sleep", sins_sleep },
	{ "rcu", sins_rcu },
	{ "rcu-list", sins_rcu_list },
	{ "preempt", sins_preempt },
	{ "list", sins_list_corruption },
};

static int __init sins_init(void)
{
	int i;

	for (i = 0; sin && i < ARRAY_SIZE(sins); i++) {
		if (strcmp(sin, sins[i].name))
			continue;
		sins[i].commit();
		return -ECANCELED;
	}
	return -EINVAL;
}

module_init(sins_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: does what a debug kernel must complain of");
