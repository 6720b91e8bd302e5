/* SPDX-License-Identifier: GPL-2.0-only */
/* The gate: what a body asks first. See gate.c. */
#ifndef KLP_KMOD_GATE_H
#define KLP_KMOD_GATE_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "tasks.h"

enum gate_mode {
	GATE_CLOSED,	/* the original, for all */
	GATE_OPEN,	/* the body, for all */
	GATE_ENTERING,	/* the body for tasks in the new state */
	GATE_LEAVING,	/* the body for tasks in the old state */
};

#define GATE_MODE_BITS	2

/* Set the mode of `id`; with GATE_CLOSED the gate forgets nothing, with id 0 the slot is free. */
void klpm_gate_set(u64 id, enum gate_mode mode);
void klpm_gate_forget(u64 id);

/* What bodies ask; any context. See gate.c. */
int klp_gate(u64 id);

const u64 *klpm_gate_word(u64 id);
static inline u64 gate_word_closed(u64 id)
{
	return id << GATE_MODE_BITS | GATE_CLOSED;
}

/*
 * The same for who keeps klpm_gate_word() and gate_word_closed() of a record. In an RCU section: the
 * modes of a transition are only left after a grace period, so within one section word and task
 * table belong together. Pairs with the release in klpm_gate_set().
 */
static __always_inline bool gate_ask(const u64 *word, u64 closed)
{
	u64 mode = smp_load_acquire(word) ^ closed;	/* of any other id: more than a mode */

	if (likely(mode == GATE_OPEN))
		return true;
	if (mode != GATE_ENTERING && mode != GATE_LEAVING)
		return false;
	return klpm_tasks_current_is(mode == GATE_ENTERING ? TASK_NEW_VERSION : TASK_OLD_VERSION);
}

#endif
