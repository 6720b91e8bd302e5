/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System states that records carry, and the kfuncs for them. Called with klpm_mutex held. See
 * state.c.
 */
#ifndef KLP_KMOD_STATE_H
#define KLP_KMOD_STATE_H

#include <linux/types.h>

#define STATE_SIZE	256	/* KLP_STATE_SIZE of klp/meta.h */

struct klpm_patch;

struct state {
	u64 id;
	u32 version;
	u8 data[STATE_SIZE] __aligned(8);
};

/*
 * Initialize the state data of a record that is about to enter: a copy of the data in force, or
 * zero.
 */
void klpm_state_hand_over(struct klpm_patch *r);

#endif
