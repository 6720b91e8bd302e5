/* SPDX-License-Identifier: GPL-2.0-only */
/* The companion's struct_ops type of guard and replace bodies, and maps of it. See ops-type.c. */
#ifndef KLPD_KERN_OPS_TYPE_H
#define KLPD_KERN_OPS_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

struct bpf_prog_load_opts;
struct bpf_program;
struct btf;

/* Numbers only, and the fd that they belong to: so it can be told to another process. */
struct ops_type {
	int btf_fd;			/* of the companion */
	uint32_t type, value_type;	/* ids */
	uint32_t value_size;		/* bytes */
	uint32_t record, func;		/* offsets in the value */
	struct {
		uint32_t index;		/* among the members */
		uint32_t offset;	/* in the value */
	} bodies[2];
};

/* As the kernel that runs has it. OUTCOME_NO_COMPANION: it has none. `vmlinux` is only read,
 * meanwhile. */
int ops_type_new(struct btf *vmlinux, struct ops_type **ret, struct report *report);
struct ops_type *ops_type_free(struct ops_type *t);
/* `program` is to be loaded as the member that its section names: program-hook.h. */
int ops_type_prepare(const struct ops_type *t, struct bpf_program *program,
		     struct bpf_prog_load_opts *opts);
/*
 * A map, by whose link the companion gets the program of `program_fd` as `member` for function
 * `index` of record `record`: a new fd (CLOEXEC) or -errno. `name` is for people, and cut;
 * `file_btf_fd` is the BTF of the program's file, which the kernel wants to be there.
 */
int ops_type_make_map(const struct ops_type *t, const char *name, int file_btf_fd,
		      const char *record, uint32_t index, const char *member, int program_fd);

#endif
