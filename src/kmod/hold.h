/* SPDX-License-Identifier: GPL-2.0-only */
/* Holds on bodies that may sleep: how long their code stays. See hold.c. */
#ifndef KLP_KMOD_HOLD_H
#define KLP_KMOD_HOLD_H

#include <linux/types.h>

struct klp_func_ops;

struct hold {
	u32 n;			/* records that hold the body, and those that do for good */
	bool ends;		/* the last one dropped it; grace periods run */
	bool again;		/* and it was taken and dropped since: they begin once more */
	struct hlist_node node;	/* in the list of images from the first take to the end */
	struct rcu_head rcu;
};

/*
 * While a body is held its map is not freed, though its link may go, and klpm_hold_image() knows its code;
 * after the last drop both are so until no task whatever can be inside. The caller of the first take
 * has a reference on the map. May be called with a mutex held; neither waits.
 */
void klpm_hold_take(struct klp_func_ops *ops);
void klpm_hold_drop(struct klp_func_ops *ops);
/* The begin of the code of the body that this address is in; 0: of none. Any context. */
unsigned long klpm_hold_image(unsigned long addr);
/* Nothing is held any more; afterwards no callback of ours runs. Sleeps. */
void klpm_hold_exit(void);

#endif
