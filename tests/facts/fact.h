/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the fact programs. Each tests one assumption about the kernel, as root in a guest. A
 * program prints one result and the plan as TAP (tap.h) and exits with 0, 1 or 77 (skipped).
 *
 * Most of them use the function security_inode_getattr(), which stat(2) calls and for which 0
 * means "allowed". Programs loaded here affect only the thread that loaded them.
 */
#ifndef KLPD_TESTS_FACT_H
#define KLPD_TESTS_FACT_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

#define FACT_HOOK	"security_inode_getattr"
#define FACT_DIR	"/sys/fs/bpf"

/* A file pinned or created by a fact; removed when it ends. */
static const char *fact_pin;

static char fact_name[64];

/* Print the only result, and end the program with this status: 1 or 77. */
static inline void fact_end(int status, const char *format, va_list args)
{
	char why[512];

	vsnprintf(why, sizeof(why), format, args);
	if (status == 77) {
		tap_skip(fact_name, why);
	} else {
		tap_result(false, "%s", fact_name);
		printf("# %s\n", why);
	}
	tap_end();
	if (fact_pin)
		unlink(fact_pin);
	exit(status);
}

/* Call first. `name` is the name of the fact in the output. */
static inline void fact_begin(const char *name)
{
	snprintf(fact_name, sizeof(fact_name), "%s", name);
	libbpf_set_print(NULL);
}

__attribute__((format(printf, 1, 2), noreturn)) static inline void fact_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fact_end(1, format, args);
	va_end(args);
	abort();
}

__attribute__((format(printf, 1, 2), noreturn)) static inline void fact_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fact_end(77, format, args);
	va_end(args);
	abort();
}

static inline int fact_ok(void)
{
	tap_result(true, "%s", fact_name);
	tap_end();
	if (fact_pin)
		unlink(fact_pin);
	return 0;
}

/* The call must succeed. Evaluates to its value. */
#define FACT_TRY(call) ({ \
	long long fact_v_ = (long long)(call); \
	if (fact_v_ < 0) \
		fact_fail("%s: %s", #call, strerror(errno)); \
	(int)fact_v_; })

/* The call must fail with this errno. */
#define FACT_REFUSED(call, error) do { \
	long long fact_v_ = (long long)(call); \
	int fact_e_ = errno; \
	if (fact_v_ >= 0) \
		fact_fail("%s succeeded", #call); \
	if (fact_e_ != (error)) \
		fact_fail("%s: %s, not %s", #call, strerror(fact_e_), strerror(error)); \
	} while (0)

#define FACT(condition) do { \
	if (!(condition)) \
		fact_fail("not true: %s", #condition); \
	} while (0)

/* 0 or -errno of stat(2), which calls FACT_HOOK. */
static inline int fact_stat(void)
{
	struct stat st;

	return stat("/", &st) < 0 ? -errno : 0;
}

/* The kernel may detach an unpinned link a moment later: wait until stat(2) returns `wanted`. */
static inline bool fact_stat_becomes(int wanted)
{
	for (int i = 0; i < 500; i++) {
		if (fact_stat() == wanted)
			return true;
		usleep(10000);
	}
	return false;
}

static inline int fact_btf_id(const char *function)
{
	int id = libbpf_find_vmlinux_btf_id(function, BPF_MODIFY_RETURN);

	if (id <= 0)
		fact_skip("this kernel's BTF has no %s()", function);
	return id;
}

#define FACT_INSN(c, d, s, o, i) \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })

/*
 * Load a program of `type` on `function` that returns `value` in this thread and 0 in others.
 * Returns its fd, or -1 with errno set.
 */
static inline int fact_load(enum bpf_attach_type type, const char *function, uint64_t value,
			    char *log, size_t log_size)
{
	struct bpf_insn insns[] = {
		FACT_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_current_pid_tgid),
		/* The lower half is the thread id. */
		FACT_INSN(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_0, 0, 0),
		FACT_INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		FACT_INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, 2, gettid()),
		FACT_INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_0, 0, 0, (int32_t)value),
		FACT_INSN(0, 0, 0, 0, (int32_t)(value >> 32)),
		FACT_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = (uint32_t)fact_btf_id(function), .log_buf = log,
		    .log_size = (uint32_t)log_size, .log_level = log ? 1 : 0);
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "klp_fact", "GPL", insns,
			       sizeof(insns) / sizeof(insns[0]), &opts);

	if (fd < 0)
		errno = -fd;
	return fd < 0 ? -1 : fd;
}

/*
 * Attach an fmod_ret program to FACT_HOOK. Returns the fd of the link, and that of the program
 * unless ret_program is NULL.
 */
static inline int fact_attach(uint64_t value, int *ret_program)
{
	int program = FACT_TRY(fact_load(BPF_MODIFY_RETURN, FACT_HOOK, value, NULL, 0));
	int link = FACT_TRY(bpf_link_create(program, 0, BPF_MODIFY_RETURN, NULL));

	if (ret_program)
		*ret_program = program;
	else
		close(program);
	return link;
}

static inline int fact_map(const char *name, uint32_t value_size, uint32_t flags)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = flags);

	return FACT_TRY(bpf_map_create(BPF_MAP_TYPE_ARRAY, name, 4, value_size, 1, &opts));
}

#endif
