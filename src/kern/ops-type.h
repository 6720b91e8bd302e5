/* SPDX-License-Identifier: GPL-2.0-only */
/* The companion's struct_ops type of guard and replace bodies, and maps of it. See ops-type.c. */
#ifndef KLPD_KERN_OPS_TYPE_H
#define KLPD_KERN_OPS_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include "shared/report.h"

struct btf;
struct ops_type;

/* As the kernel that runs has it. OUTCOME_NO_COMPANION: it has none. `vmlinux` is only read,
 * meanwhile. */
int ops_type_new(struct btf *vmlinux, struct ops_type **ret, struct report *report);
struct ops_type *ops_type_free(struct ops_type *t);
/* Before the first file is opened: libbpf leaves the programs in the sections of bodies to us. */
int ops_type_handle_programs(void);
/* Until called with NULL such programs are loaded as members of this type, which their sections
 * name. */
void ops_type_loads(const struct ops_type *t);
/*
 * A map, by whose link the companion gets the program of `program_fd` as `member` for function
 * `index` of record `record`: a new fd (CLOEXEC) or -errno. `name` is for people, and cut;
 * `file_btf_fd` is the BTF of the program's file, which the kernel wants to be there.
 */
int ops_type_make_map(const struct ops_type *t, const char *name, int file_btf_fd, const char *record,
		      uint32_t index, const char *member, int program_fd);

#endif
