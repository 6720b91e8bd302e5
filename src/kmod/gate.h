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

/* Set the mode of `id`; with GATE_CLOSED the gate forgets nothing, with id 0 the slot is free. */
void gate_set(u64 id, enum gate_mode mode);
void gate_forget(u64 id);

/* What bodies ask; any context. See gate.c. */
int klp_gate(u64 id);

#endif
