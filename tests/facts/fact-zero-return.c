// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: the trampoline compares 64 bits of a body's return value with 0, and the caller of
 * an int function sees the lower 32: 1ULL << 32 skips the original and returns 0. Of two bodies
 * the one attached last runs first, and the first return value that is not 0 ends the sequence.
 * Kernel: invoke_bpf_mod_ret() in the architecture's bpf_jit_comp.c.
 * If it changes: klp_return(0) would run the original.
 */
#include "fact.h"

int main(void)
{
	int below, above;

	fact_begin("zero-return");
	/* Represents an original that does not return 0. */
	below = fact_attach((uint64_t)-EACCES, NULL);
	FACT(fact_stat() == -EACCES);
	above = fact_attach(1ULL << 32, NULL);
	FACT(fact_stat() == 0);
	close(above);
	FACT(fact_stat() == -EACCES);

	above = fact_attach(0, NULL);
	FACT(fact_stat() == -EACCES);
	close(above);
	above = fact_attach(1ULL << 32 | (uint32_t)-EPERM, NULL);
	FACT(fact_stat() == -EPERM);
	close(above);
	close(below);
	FACT(fact_stat() == 0);
	return fact_ok();
}
