/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the code of sleepable bodies until no task can be inside. See hold.c. */
#ifndef KLP_KMOD_HOLD_H
#define KLP_KMOD_HOLD_H

#include <linux/types.h>

struct klp_func_ops;

struct hold {
	u32 n;			/* patches that hold the body, some of them for good */
	bool ends;		/* the last hold was dropped; grace periods run */
	bool again;		/* taken and dropped since: restart the grace periods */
	struct hlist_node node;	/* in hold_images from the first take to the end */
	struct rcu_head rcu;
};

/**
 * klpm_hold_take() - Hold a body
 * @ops: the body, sleepable
 *
 * For the first hold the caller has a reference on the map of @ops. While a body is held its map is
 * not freed, though its link may be detached, and klpm_hold_image() finds its code. After the last
 * klpm_hold_drop() both remain so until no task at all can be inside.
 *
 * Context: May be called with a mutex held. Does not wait, and nor does klpm_hold_drop().
 */
void klpm_hold_take(struct klp_func_ops *ops);
/* Drop a hold. See klpm_hold_take(). */
void klpm_hold_drop(struct klp_func_ops *ops);

/**
 * klpm_hold_image() - Find the held body that an address is in
 * @addr: a code address
 *
 * Context: Any.
 * Return: the start of the body's code; 0 if the address is in none.
 */
unsigned long klpm_hold_image(unsigned long addr);
/* Call when nothing is held any more. When it returns, no RCU callback of hold.c runs. Sleeps. */
void klpm_hold_exit(void);

#endif
