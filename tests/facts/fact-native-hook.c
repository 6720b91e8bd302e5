// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: fmod_ret on an int LSM hook loads, attaches and decides without the companion.
 * Kernel: check_attach_modify_return() in kernel/bpf/verifier.c (the prefix "security_").
 * If it changes: without klp.ko klpd cannot patch anything; every patch fails with "not
 * permitted".
 */
#include "fact.h"

int main(void)
{
	int link;

	fact_begin("native-hook");
	FACT(fact_stat() == 0);
	link = fact_attach((uint64_t)-EACCES, NULL);
	FACT(fact_stat() == -EACCES);
	close(link);
	FACT(fact_stat() == 0);
	return fact_ok();
}
