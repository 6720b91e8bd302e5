// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate implements per-task consistency. Each slot has one word that holds id and mode, so that
 * one load answers. An id that is not in its slot is unknown, and the original runs. Outside of a
 * transition the gate reads nothing else.
 *
 * Context: klp_gate() runs wherever a patched function runs: process, interrupt, NMI. It takes no
 * lock, does not sleep, and calls only static inline and notrace functions. If it called a function
 * that can be patched, the body of that function would ask the gate again.
 */
#include <linux/btf.h>
#include <linux/rcupdate.h>

#include "gate.h"
#include "klp/uapi.h"

#define GATE_SLOT(id)	((id) % KLP_RECORDS_MAX)

static u64 gates[KLP_RECORDS_MAX];

void klpm_gate_set(u64 id, enum gate_mode mode)
{
	/*
	 * Pairs with the load in gate_ask(): a reader of a transition's mode sees the task table.
	 */
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

/* Reads the word again, inside the RCU read-side section. */
static noinline notrace int gate_slow(u64 id)
{
	int answer;

	rcu_read_lock();
	answer = gate_ask(klpm_gate_word(id), gate_word_closed(id));
	rcu_read_unlock();
	return answer;
}

__bpf_kfunc_start_defs();

/**
 * klp_gate() - Is a patch in force for the current task?
 * @id: id of the patch
 *
 * Context: Any.
 * Return: 1 if the patch is in force for the current task; 0 if the original is to run.
 */
__bpf_kfunc notrace int klp_gate(u64 id)
{
	u64 mode = READ_ONCE(gates[GATE_SLOT(id)]) ^ gate_word_closed(id);

	if (mode == GATE_OPEN)
		return 1;
	return mode == GATE_ENTERING || mode == GATE_LEAVING ? gate_slow(id) : 0;
}

__bpf_kfunc_end_defs();
