/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The companion's struct_ops type of guard and override bodies, and maps of it. See
 * func-ops-type.c.
 */
#ifndef KLPD_KERN_FUNC_OPS_TYPE_H
#define KLPD_KERN_FUNC_OPS_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

struct bpf_prog_load_opts;
struct bpf_program;
struct btf;

/* Only numbers and the fd of the BTF that they refer to, so it can be sent to another process. */
struct func_ops_type {
	int btf_fd;			/* of the companion's module */
	uint32_t type, value_type;	/* BTF ids */
	uint32_t value_size;		/* bytes */
	uint32_t record, func;		/* offsets in the value */
	struct {
		uint32_t index;		/* among the members */
		uint32_t offset;	/* in the value */
	} bodies[2];
};

/*
 * Read the type from the running kernel. OUTCOME_NO_COMPANION: the kernel has no such type.
 * `vmlinux` is only read, and only during the call.
 */
int func_ops_type_new(struct btf *vmlinux, struct func_ops_type **ret, struct report *report);
struct func_ops_type *func_ops_type_free(struct func_ops_type *t);
/* Make `opts` load `program` as the member that its section names; see program-hook.h. */
int func_ops_type_prepare(const struct func_ops_type *t, struct bpf_program *program,
			  struct bpf_prog_load_opts *opts);

/* A body as its map has it. */
struct func_ops_body {
	const char *record;	/* name of its record */
	uint32_t index;		/* of its function in the record */
	const char *member;	/* "guard" or "override" */
	int program_fd;
};

/*
 * Create a map. Through a link of it the companion receives the body. Returns a new fd (CLOEXEC) or
 * -errno. `name` is for humans and is truncated. `file_btf_fd` is the BTF of the program's file,
 * which the kernel requires.
 */
int func_ops_type_make_map(const struct func_ops_type *t, const char *name, int file_btf_fd,
			   const struct func_ops_body *body);

#endif
