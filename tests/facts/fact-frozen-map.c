// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: user space can read a frozen map but no longer write it; freezing it again fails
 * with EPERM; a map that a process has mapped for writing cannot be frozen (EBUSY).
 * Kernel: map_freeze(), map_get_sys_perms() in kernel/bpf/syscall.c.
 * If it changes: kern/pin-read.c takes all pins of a patch for damaged, or trusts a map that can
 * still change.
 */
#include <sys/mman.h>

#include "fact.h"

int main(void)
{
	uint64_t value = 42, found = 0;
	uint32_t zero = 0;
	int map;

	fact_begin("frozen-map");
	map = fact_map("klp_fact", sizeof(value), 0);
	FACT_TRY(bpf_map_update_elem(map, &zero, &value, BPF_ANY));
	FACT_TRY(bpf_map_freeze(map));
	value = 43;
	FACT_REFUSED(bpf_map_update_elem(map, &zero, &value, BPF_ANY), EPERM);
	FACT_REFUSED(bpf_map_freeze(map), EPERM);
	FACT_TRY(bpf_map_lookup_elem(map, &zero, &found));
	FACT(found == 42);

	map = fact_map("klp_fact", sizeof(value), BPF_F_MMAPABLE);
	FACT(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0) != MAP_FAILED);
	FACT_REFUSED(bpf_map_freeze(map), EBUSY);
	return fact_ok();
}
