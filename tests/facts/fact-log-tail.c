// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: of a verifier log that does not fit in the buffer, the kernel keeps the end, which
 * contains the reason, and terminates it with a NUL.
 * Kernel: bpf_verifier_vlog(), bpf_vlog_finalize() in kernel/bpf/log.c.
 * If it changes: for large bodies klpd's refusals would quote the beginning of the log.
 */
#include "fact.h"

int main(void)
{
	/* The summary that the kernel appends grows with the time the load took. */
	char log[640];

	fact_begin("log-tail");
	memset(log, 'x', sizeof(log));
	/*
	 * bpf_prog_load() leaves size and buffer to the caller: try a log of several lines in
	 * buffers that are too small.
	 */
	for (size_t size = 128; size <= sizeof(log); size += 64) {
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_MODIFY_RETURN,
			    .attach_btf_id = (uint32_t)fact_btf_id(FACT_HOOK), .log_buf = log,
			    .log_size = (uint32_t)size, .log_level = 2);
		struct bpf_insn insns[34];

		for (int i = 0; i < 32; i++)
			insns[i] = FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, i);
		insns[32] = FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, BPF_REG_9, 0, 0);
		insns[33] = FACT_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
		FACT(bpf_prog_load(BPF_PROG_TYPE_TRACING, "klp_fact", "GPL", insns, 34, &opts) < 0);
		FACT(memchr(log, '\0', size));
		FACT(strstr(log, "processed "));
	}
	FACT(strstr(log, "R9 !read_ok"));
	return fact_ok();
}
