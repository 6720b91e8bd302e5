// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: one store to a mapped array map changes at once what an attached body decides, and
 * a map opened from its pin can be mapped.
 * Kernel: array_map_mmap() in kernel/bpf/arraymap.c (BPF_F_MMAPABLE).
 * If it changes: immediate consistency has no switch.
 */
#include <sys/mman.h>

#include "fact.h"
#include "fact-gate.skel.h"

int main(void)
{
	struct fact_gate *skel;
	volatile uint64_t *word;
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	int map;

	fact_begin("gate-word");
	skel = fact_gate__open();
	FACT(skel);
	skel->rodata->thread = (uint32_t)gettid();
	FACT(fact_gate__load(skel) == 0);
	fact_pin = FACT_DIR "/fact-gate-word";
	FACT_TRY(bpf_obj_pin(bpf_map__fd(skel->maps.klp_gates), fact_pin));
	map = FACT_TRY(bpf_obj_get(fact_pin));
	FACT_TRY(bpf_map_get_info_by_fd(map, &info, &size));
	FACT(info.map_flags == BPF_F_MMAPABLE && strcmp(info.name, "klp_gates") == 0);
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	FACT(word != MAP_FAILED);
	FACT(fact_gate__attach(skel) == 0);

	FACT(fact_stat() == 0);
	*word = 1ULL << 63;
	FACT(fact_stat() == -EACCES);
	*word = 1;
	FACT(fact_stat() == 0);
	fact_gate__destroy(skel);
	return fact_ok();
}
