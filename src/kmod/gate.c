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
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "gate.h"
#include "klp/uapi.h"

#define GATE_SLOT(id)	((id) % KLP_UAPI_RECORDS_MAX)

static u64 gates[KLP_UAPI_RECORDS_MAX];

void gate_set(u64 id, enum gate_mode mode)
{
	/* Pairs with the load in gate_ask(): who sees a transition's mode sees its task table. */
	smp_store_release(&gates[GATE_SLOT(id)], id << GATE_MODE_BITS | mode);
}

void gate_forget(u64 id)
{
	smp_store_release(&gates[GATE_SLOT(id)], 0);
}

notrace const u64 *gate_word(u64 id)
{
	return &gates[GATE_SLOT(id)];
}

/* Reads the word again, inside its section. */
static noinline notrace int gate_slow(u64 id)
{
	int answer;

	rcu_read_lock();
	answer = gate_ask(gate_word(id), gate_word_closed(id));
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

/*
 * Write text into a seq_file. For bodies of show() functions, in process context. The verifier lets
 * any value through for `m__ign` (there is no typed way on all kernels to hand a traced function's
 * argument to a kfunc), so what it points to must prove itself: a seq_file and its open file point
 * at each other. Returns 0, or -EINVAL for anything else.
 */
__bpf_kfunc int klp_seq_puts(void *m__ign, const char *s__str)
{
	struct seq_file *m = m__ign;
	const struct file *file;
	void *back;

	if (copy_from_kernel_nofault(&file, &m->file, sizeof(file)) ||
	    copy_from_kernel_nofault(&back, &file->private_data, sizeof(back)) || back != m)
		return -EINVAL;
	seq_puts(m, s__str);
	return 0;
}

__bpf_kfunc_end_defs();
