/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the kernel by trying: loads a program of two instructions for the function and closes it. No
 * kernel version is compared and no list of names is kept. Which functions are enabled for
 * fmod_ret without help (LSM hooks, on newer kernels syscall entries) is the kernel's decision,
 * and has changed before.
 *
 * There is a second attempt because the kernel checks "may be modified" before some reasons that
 * enabling the function does not remove. An fexit program is subject to all checks but that one.
 * So a function that accepts fexit and not fmod_ret is merely not enabled.
 *
 * A positive answer is remembered, because an enabled function stays enabled until reboot. A
 * negative answer is not.
 */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>

#include "kern/bpf-log.h"
#include "kern/caps.h"
#include "kern/probe.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define PERMITTED_MAX	512

static uint32_t permitted_ids[PERMITTED_MAX];
static size_t n_permitted;

static bool probe_is_permitted(uint32_t btf_id)
{
	for (size_t i = 0; i < n_permitted; i++) {
		if (permitted_ids[i] == btf_id)
			return true;
	}
	return false;
}

/* 0 if it loads; otherwise the error, with the verifier's output in `log`. */
static int probe_load(uint32_t btf_id, enum bpf_attach_type attach_type, char *log, uint32_t size)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach_type,
		    .attach_btf_id = btf_id, .log_buf = log, .log_size = size, .log_level = 1);
	_cleanup_close_ int fd = -EBADF;

	CAPS_SCOPE(CAPS_BPF);

	log[0] = '\0';
	bpf_log_begin();
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "klp_probe", "GPL", insns, ARRAY_SIZE(insns),
			   &opts);
	return fd < 0 ? errno_negative() : 0;
}

/* Failures that say nothing about the function. */
static bool probe_is_accident(int error)
{
	return error == -EPERM || error == -ENOMEM || error == -EAGAIN || error == -EINTR ||
	       error == -EMFILE || error == -ENFILE;
}

int probe_fmod_ret(uint32_t btf_id, enum probe_answer *ret, char **ret_reason)
{
	char log[4096];
	int r;

	*ret_reason = NULL;
	if (probe_is_permitted(btf_id)) {
		*ret = PROBE_PERMITTED;
		return 0;
	}
	r = probe_load(btf_id, BPF_MODIFY_RETURN, log, sizeof(log));
	if (probe_is_accident(r))
		return r;
	if (r == 0) {
		if (n_permitted < PERMITTED_MAX)
			permitted_ids[n_permitted++] = btf_id;
		*ret = PROBE_PERMITTED;
		return 0;
	}

	r = probe_load(btf_id, BPF_TRACE_FEXIT, log, sizeof(log));
	if (probe_is_accident(r))
		return r;
	*ret = r == 0 ? PROBE_NOT_ENABLED : PROBE_IMPOSSIBLE;
	if (r < 0)
		*ret_reason = bpf_log_telling(log);
	return 0;
}
