/* SPDX-License-Identifier: GPL-2.0-only */
/* The gate: decides for each call of a body whether it runs. See gate.c. */
#ifndef KLP_KMOD_GATE_H
#define KLP_KMOD_GATE_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "tasks.h"

enum gate_mode {
	GATE_CLOSED,	/* the original for all tasks */
	GATE_OPEN,	/* the body for all tasks */
	GATE_ENTERING,	/* the body for tasks in the new version */
	GATE_LEAVING,	/* the body for tasks in the old version */
};

#define GATE_MODE_BITS	2

/*
 * Set the mode of @id. The slot keeps the id, also with GATE_CLOSED, until klpm_gate_forget() frees
 * the slot.
 */
void klpm_gate_set(u64 id, enum gate_mode mode);
void klpm_gate_forget(u64 id);

/* The kfunc by which a program asks the gate. Context: Any. See gate.c. */
int klp_gate(u64 id);

/* The word of the slot of @id, and its value while @id is there and closed; for gate_ask(). */
const u64 *klpm_gate_word(u64 id);
static inline u64 gate_word_closed(u64 id)
{
	return id << GATE_MODE_BITS | GATE_CLOSED;
}

/*
 * Inline variant of klp_gate() for callers that cache klpm_gate_word() and gate_word_closed(). Call
 * it in an RCU read-side section: the task table stays until a grace period after the last gate has
 * left its transition mode, so within one section the word and the table belong together. Pairs
 * with the release in klpm_gate_set().
 */
static __always_inline bool gate_ask(const u64 *word, u64 closed)
{
	u64 mode = smp_load_acquire(word) ^ closed;	/* any other id leaves bits above the
							 * mode */

	if (likely(mode == GATE_OPEN))
		return true;
	if (mode != GATE_ENTERING && mode != GATE_LEAVING)
		return false;
	return klpm_tasks_current_is(mode == GATE_ENTERING ? TASK_NEW_VERSION : TASK_OLD_VERSION);
}

#endif
