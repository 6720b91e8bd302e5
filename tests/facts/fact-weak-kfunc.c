// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: a program that references a weak kfunc that no loaded module has loads if a frozen
 * constant makes the call unreachable, and is refused otherwise.
 * Kernel and libbpf: dead code by known constants of a read-only map in kernel/bpf/verifier.c,
 * poisoned calls in libbpf.
 * If it changes: bodies that reference klp_gate() cannot be loaded without the companion.
 */
#include "fact.h"
#include "fact-gate.skel.h"

static int try(uint32_t wanted)
{
	struct fact_gate *skel = fact_gate__open();
	int r;

	FACT(skel);
	skel->rodata->wanted = wanted;
	bpf_program__set_autoload(skel->progs.gated, false);
	bpf_program__set_autoload(skel->progs.lonely, true);
	r = fact_gate__load(skel);
	fact_gate__destroy(skel);
	return r;
}

int main(void)
{
	fact_begin("weak-kfunc");
	FACT(try(0) == 0);
	FACT(try(1) < 0);
	return fact_ok();
}
