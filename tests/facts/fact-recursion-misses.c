// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: the kernel skips a tracing program that is already running on this CPU and counts
 * the skipped calls: bpf_prog_info has recursion_misses, 0 for a fresh program. Program names are
 * truncated to 15 characters.
 * Kernel: __bpf_prog_enter_recur() in kernel/bpf/trampoline.c, bpf_prog_get_info_by_fd() in
 * syscall.c.
 * If it changes: klpd cannot detect that a patch did not run, and reports 0 misses.
 */
#include "fact.h"

#define HELPER	"bpf_get_current_comm"

/* Load a program that calls the helper once. Returns its fd. */
static int load_caller(enum bpf_attach_type type, const char *function, const char *name)
{
	struct bpf_insn insns[] = {
		FACT_INSN(BPF_ST | BPF_DW | BPF_MEM, BPF_REG_10, 0, -8, 0),
		FACT_INSN(BPF_ST | BPF_DW | BPF_MEM, BPF_REG_10, 0, -16, 0),
		FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0),
		FACT_INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, -16),
		FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 16),
		FACT_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_current_comm),
		FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		FACT_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = (uint32_t)fact_btf_id(function));

	return FACT_TRY(bpf_prog_load(BPF_PROG_TYPE_TRACING, name, "GPL", insns,
				      sizeof(insns) / sizeof(insns[0]), &opts));
}

static uint64_t misses(int program, const char *name)
{
	struct bpf_prog_info info = { .recursion_misses = 77 };
	uint32_t size = sizeof(info);

	FACT_TRY(bpf_prog_get_info_by_fd(program, &info, &size));
	FACT(size >= offsetof(struct bpf_prog_info, recursion_misses) + 8);
	FACT(strncmp(info.name, name, sizeof(info.name)) == 0);
	return info.recursion_misses;
}

int main(void)
{
	int recursive, caller;

	fact_begin("recursion-misses");
	/* Attached to the helper, it calls the helper, so it recurses at each call. */
	recursive = load_caller(BPF_TRACE_FENTRY, HELPER, "klp_fact_fifteen_and_more");
	caller = load_caller(BPF_MODIFY_RETURN, FACT_HOOK, "klp_caller");
	FACT(misses(recursive, "klp_fact_fiftee") == 0);
	FACT_TRY(bpf_link_create(recursive, 0, BPF_TRACE_FENTRY, NULL));
	FACT_TRY(bpf_link_create(caller, 0, BPF_MODIFY_RETURN, NULL));
	FACT(fact_stat() == 0);
	FACT(misses(recursive, "klp_fact_fiftee") > 0);
	FACT(misses(caller, "klp_caller") == 0);
	return fact_ok();
}
