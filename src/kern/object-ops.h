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
/*
 * Once loaded, in a process that may not make links: the map has its value, so that another process
 * can make a link of it, or update one by it. -EPROTO: a link came to be, and is gone again.
 */
int object_ops_ready(struct bpf_map *map);

#endif
