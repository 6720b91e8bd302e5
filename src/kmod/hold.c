// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the holds on bodies that may sleep, and so until when the code of each stays: a task may be
 * preempted in the image of its struct_ops map, or sleep in the program below it for as long as it
 * likes, and the grace periods after which the kernel frees a map (RCU, RCU tasks) do not cover a
 * task that sleeps.
 *
 * A record holds a body from the moment its link gives it to the record until the transition that
 * took the record out of force is over. That transition has seen to it that no task of its table
 * stands inside, so consistency needs nothing more. But the table is not all tasks: a thread that
 * has reaped itself is in no list of the kernel's, and still runs (proc_flush_pid(), for one). So
 * the last drop only begins the end: the map is put when each task that may be inside has left,
 * of whatever list it is:
 *
 * - RCU tasks: what hook.c's handler sent to the image before the hook was taken away (the caller
 *   of klpm_hold_drop() has waited for the handler itself) has reached the program. Between the two a
 *   task can be preempted, and does not sleep. A task that exits is waited for until it has made
 *   its last step with preemption on;
 * - RCU tasks trace: the kernel's trampoline enters this read section before it calls a program
 *   that may sleep, and leaves it after, so no task is in the program any more;
 * - RCU tasks, and this is the kernel's part when the last reference is put: the last instructions
 *   of the image, which do not sleep either.
 *
 * Nothing waits here, since a sleeper of any sleepable program on the machine holds these grace
 * periods up: the drop returns at once, callbacks do the rest. Meanwhile the map holds the module,
 * as every map of this struct_ops type does, and klpm_hold_image() knows the code. A body that is given
 * to a record again in between keeps the reference it has.
 *
 * Context: callbacks run with bottom halves off. hold_lock is never held across a call that waits.
 */
#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#include <linux/rcupdate_trace.h>	/* on some kernels it needs srcu.h, and does not say so */

#include "body.h"
#include "hold.h"
#include "resolve.h"

static DEFINE_SPINLOCK(hold_lock);	/* every struct hold, and the list */
static HLIST_HEAD(hold_images);		/* read under RCU, after which a map is freed */

void klpm_hold_take(struct klp_func_ops *ops)
{
	struct hold *h = &ops->hold;

	spin_lock_bh(&hold_lock);
	if (!h->n++ && !h->ends) {
		/* Its link is being made, which holds it too. */
		WARN_ON_ONCE(!klpm_resolve_struct_ops_get(ops));
		hlist_add_head_rcu(&h->node, &hold_images);
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
		h->again = h->ends;	/* what is under way may have begun before */
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

/* Each task that was on the way into the image is in the program, or was there. */
static void hold_reached(struct rcu_head *rcu)
{
	call_rcu_tasks_trace(rcu, hold_left);
}

unsigned long klpm_hold_image(unsigned long addr)
{
	const struct klp_func_ops *ops;
	unsigned long start, found = 0;

	rcu_read_lock();
	hlist_for_each_entry_rcu(ops, &hold_images, hold.node) {
		start = (unsigned long)ops->replace;
		if (addr >= start && addr - start < BODY_IMAGE_SIZE)
			found = start;
	}
	rcu_read_unlock();
	return found;
}

void klpm_hold_exit(void)
{
	/* No map is left, so each callback has made its last call; but not its last step. */
	rcu_barrier_tasks();
	rcu_barrier_tasks_trace();
}
