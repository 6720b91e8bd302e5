/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops maps of a patch file: by them the companion gets callbacks, and the kernel
 * tables. */
#ifndef KLPD_KERN_OBJECT_OPS_H
#define KLPD_KERN_OBJECT_OPS_H

#include <stdint.h>

#include "shared/report.h"

struct bpf_map;
struct bpf_object;

/*
 * Before loading: map `name`, which must be of the companion's type `type`, is to be made, and
 * tells the companion that it belongs to index `index` of record `record`. OUTCOME_META_INVALID.
 */
int object_ops_select(struct bpf_object *bpf, const char *name, const char *type,
		      const char *record, uint32_t index, struct bpf_map **ret,
		      struct report *report);
/* The file means by struct klp_call, which guard bodies are given, what the companion means.
 * OUTCOME_META_INVALID. */
int object_ops_check_call(const struct bpf_object *bpf, struct report *report);
/* Before loading: map `name` is a table of the kernel's type `type`, whose member name says
 * `table`. */
int object_ops_select_table(struct bpf_object *bpf, const char *name, const char *type,
			    const char *table, struct bpf_map **ret, struct report *report);
/* Once loaded: a new link fd (CLOEXEC), or -errno; -EEXIST of a table: its name is taken, and the
 * map is ready for an update of the link that has it. */
int object_ops_attach(struct bpf_map *map);

/* Nothing is loaded, created or pinned but what is selected later. OUTCOME_META_INVALID: a map asks to be
 * pinned. */
int object_ops_restrain(struct bpf_object *bpf, struct report *report);

#endif
