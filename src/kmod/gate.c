// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate of per-task consistency. One word a slot holds id and mode together, so that one load
 * answers: an id that is not in its slot is unknown, and unknown runs the original. Outside a
 * transition nothing else is touched.
 *
 * Context: klp_gate() runs wherever a patched function runs: process, interrupt, NMI. It takes no
 * lock, does not sleep, and must not call anything that can be patched (a static inline or notrace
 * function only), or the body that asks would ask again.
 */
#include <linux/btf.h>
#include <linux/rcupdate.h>

#include "gate.h"
#include "klp/uapi.h"

#define GATE_SLOT(id)	((id) % KLP_UAPI_PATCHES_MAX)

static u64 gates[KLP_UAPI_PATCHES_MAX];

void klpm_gate_set(u64 id, enum gate_mode mode)
{
	/* Pairs with the load in gate_ask(): who sees a transition's mode sees its task table. */
	smp_store_release(&gates[GATE_SLOT(id)], id << GATE_MODE_BITS | mode);
}

void klpm_gate_forget(u64 id)
{
	smp_store_release(&gates[GATE_SLOT(id)], 0);
}

notrace const u64 *klpm_gate_word(u64 id)
{
	return &gates[GATE_SLOT(id)];
}

/* Reads the word again, inside its section. */
static noinline notrace int gate_slow(u64 id)
{
	int answer;

	rcu_read_lock();
	answer = gate_ask(klpm_gate_word(id), gate_word_closed(id));
	rcu_read_unlock();
	return answer;
}

__bpf_kfunc_start_defs();

/* 1: the patch of record `id` is in force for the current task; 0: run the original. */
__bpf_kfunc notrace int klp_gate(u64 id)
{
	u64 mode = READ_ONCE(gates[GATE_SLOT(id)]) ^ gate_word_closed(id);

	if (mode == GATE_OPEN)
		return 1;
	return mode == GATE_ENTERING || mode == GATE_LEAVING ? gate_slow(id) : 0;
}

__bpf_kfunc_end_defs();
