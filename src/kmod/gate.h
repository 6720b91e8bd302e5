/* SPDX-License-Identifier: GPL-2.0-only */
/* The gate: what a body asks first, and the kfuncs that bodies may call. See gate.c. */
#ifndef KLP_KMOD_GATE_H
#define KLP_KMOD_GATE_H

#include <linux/types.h>

enum gate_mode {
	GATE_CLOSED,	/* the original, for all */
	GATE_OPEN,	/* the body, for all */
	GATE_ENTERING,	/* the body for tasks in the new state */
	GATE_LEAVING,	/* the body for tasks in the old state */
};

#define GATE_MODE_BITS	2

/* Set the mode of `id`; with GATE_CLOSED the gate forgets nothing, with id 0 the slot is free. */
void gate_set(u64 id, enum gate_mode mode);
void gate_forget(u64 id);

/* What bodies ask; any context. See gate.c. */
int klp_gate(u64 id);

/*
 * The same for who asks often: keep gate_word() and gate_word_open() of a record, and while the one
 * points at the other its gate is open. If not, gate_ask(), inside the same RCU section.
 */
const u64 *gate_word(u64 id);
static inline u64 gate_word_open(u64 id)
{
	return id << GATE_MODE_BITS | GATE_OPEN;
}
int gate_ask(u64 id);

>>>>>>> f1da49d (kmod: a guard body costs 127 instructions a call instead of 266)
#endif
