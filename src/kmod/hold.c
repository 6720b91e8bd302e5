// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the code of sleepable bodies. A task may be preempted in the image of such a body's
 * struct_ops map, or sleep indefinitely in the program below it. The grace periods after which the
 * kernel frees a map (RCU, RCU tasks) do not cover a task that sleeps.
 *
 * Hold:
 *
 * A patch holds a body from the moment its link gives it to the patch until the transition that
 * took the patch out of force is over. That transition has proved that no task of its table is
 * inside, which is all that consistency needs. But the table does not have all tasks: a thread that
 * has reaped itself is on no list of the kernel and still runs (in proc_flush_pid(), for example).
 *
 * Release:
 *
 * So the last drop starts a sequence, and the map is put only when every task that may be inside
 * has left, whether or not a list has it:
 *
 * 1. RCU tasks: tasks that the handler in hook.c sent to the image before the hook was removed have
 *    reached the program. (The caller of klpm_hold_drop() has waited for the handler itself.) On
 *    the way a task can be preempted but does not sleep. An exiting task is waited for until its
 *    last step with preemption on.
 * 2. RCU tasks trace: the kernel's trampoline enters this read-side section before it calls a
 *    sleepable program and leaves it afterwards, so no task is in the program any more.
 * 3. RCU tasks: the kernel waits for it when the last reference is put. It covers the last
 *    instructions of the image, which do not sleep either.
 *
 * Nothing waits here, because a task that sleeps in any sleepable program on the machine delays
 * these grace periods. klpm_hold_drop() returns at once, and RCU callbacks do the rest. Meanwhile
 * the map holds the module, as every map of this struct_ops type does, and klpm_hold_image() finds
 * the code. A body that is given to a patch again meanwhile keeps its reference.
 *
 * Context: RCU callbacks run with bottom halves off. hold_lock is never held across a call that
 * waits.
 */
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#include <linux/rcupdate_trace.h>	/* needs srcu.h on some kernels, but does not include it */

#include "body.h"
#include "hold.h"
#include "resolve.h"

#define HOLD_BITS	12

static DEFINE_SPINLOCK(hold_lock);	/* protects every struct hold and the lists */
/* By the page that an image begins in. Read under RCU; a map is freed after a grace period. */
static struct hlist_head hold_images[1 << HOLD_BITS];

static struct hlist_head *hold_bucket(unsigned long addr)
{
	return &hold_images[hash_long(addr >> PAGE_SHIFT, HOLD_BITS)];
}

void klpm_hold_take(struct klp_func_ops *ops)
{
	struct hold *h = &ops->hold;

	spin_lock_bh(&hold_lock);
	if (!h->n++ && !h->ends) {
		/* Cannot fail: its link is being created and holds the map too. */
		WARN_ON_ONCE(!klpm_resolve_struct_ops_get(ops));
		hlist_add_head_rcu(&h->node, hold_bucket((unsigned long)ops->override));
	}
	spin_unlock_bh(&hold_lock);
}

static void hold_reached(struct rcu_head *rcu);

void klpm_hold_drop(struct klp_func_ops *ops)
{
	struct hold *h = &ops->hold;
	bool begin = false;

	spin_lock_bh(&hold_lock);
	if (!--h->n) {
		begin = !h->ends;
		h->again = h->ends;	/* grace periods under way may have begun before */
		h->ends = true;
	}
	spin_unlock_bh(&hold_lock);
	if (begin)
		call_rcu_tasks(&h->rcu, hold_reached);
}

static void hold_left(struct rcu_head *rcu)
{
	struct hold *h = container_of(rcu, struct hold, rcu);
	bool again, last;

	spin_lock_bh(&hold_lock);
	again = !h->n && h->again;
	last = !h->n && !h->again;
	h->again = false;
	h->ends = again;
	if (last)
		hlist_del_rcu(&h->node);
	spin_unlock_bh(&hold_lock);
	if (again)
		call_rcu_tasks(rcu, hold_reached);
	else if (last)
		klpm_resolve_struct_ops_put(container_of(h, struct klp_func_ops, hold));
}

/* Each task that was on its way into the image has reached the program, or has left it. */
static void hold_reached(struct rcu_head *rcu)
{
	call_rcu_tasks_trace(rcu, hold_left);
}

/* Of the images that begin in the page of @page, the one that @addr is in. */
static unsigned long hold_find(unsigned long page, unsigned long addr)
{
	const struct klp_func_ops *ops;
	unsigned long start, found = 0;

	rcu_read_lock();
	hlist_for_each_entry_rcu(ops, hold_bucket(page), hold.node) {
		start = (unsigned long)ops->override;
		if (addr >= start && addr - start < BODY_IMAGE_SIZE)
			found = start;
	}
	rcu_read_unlock();
	return found;
}

/* An image need not begin at the start of a page. */
unsigned long klpm_hold_image(unsigned long addr)
{
	return hold_find(addr, addr) ?: hold_find(addr - BODY_IMAGE_SIZE, addr);
}

void klpm_hold_exit(void)
{
	/* No map is left, so each callback has done its work, but may not have returned yet. */
	rcu_barrier_tasks();
	rcu_barrier_tasks_trace();
}
