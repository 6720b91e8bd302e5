/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops maps of a patch file, by which the companion receives callbacks and the kernel
 * receives struct_ops instances. */
#ifndef KLPD_KERN_OBJECT_OPS_H
#define KLPD_KERN_OBJECT_OPS_H

#include <stdint.h>

#include "shared/report.h"

struct bpf_map;
struct bpf_object;

/*
 * Before loading: select map `name`, which must be of the companion's type of callbacks. `record`
 * and `index` are written into its value and identify the callback to the companion.
 * OUTCOME_META_INVALID.
 */
int object_ops_select_callback(struct bpf_object *bpf, const char *name, const char *record,
			       uint32_t index, struct bpf_map **ret, struct report *report);
/*
 * Check that the file's struct klp_call, the argument of guard bodies, is the companion's.
 * OUTCOME_META_INVALID: it is not.
 */
int object_ops_check_call(const struct bpf_object *bpf, struct report *report);
/*
 * Before loading: select map `name`, a struct_ops instance of type `type`; its member `name`
 * must be `instance`. OUTCOME_META_INVALID.
 */
int object_ops_select_struct_ops(struct bpf_object *bpf, const char *name, const char *type,
				 const char *instance, struct bpf_map **ret, struct report *report);
/*
 * After loading, in a process that may not make links: give the map its value, so that another
 * process can make a link of it or update a link with it. -EPROTO: a link was made, and is
 * destroyed again.
 */
int object_ops_ready(struct bpf_map *map);

#endif
