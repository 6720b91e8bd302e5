// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's struct_ops types, judged by name. User space cannot ask the kernel whether a type's
 * tables can be updated: a link that has one must exist first, and for most types that is when the
 * table takes effect. So what a patch relies on is looked up in a list that was read off the
 * kernel:
 *
 *   - a table that is registered changes nothing until somebody asks for it by its name, so it may
 *     be attached before the patch is in force;
 *   - a link of it can be updated, to a table of the same name, at one instant and without a moment
 *     at which there is none (struct bpf_struct_ops has .update, and it does not just refuse);
 *   - who uses the table holds it, so that one that is swapped or taken away goes on for them.
 *
 * In Linux 6.12 to 7.3 that is true of tcp_congestion_ops alone: hid_bpf_ops, Qdisc_ops,
 * smc_hs_ctrl, io_uring_bpf_ops and binfmt_misc_ops have no update, and that of sched_ext_ops
 * always refuses.
 */
#include <bpf/btf.h>
#include <stdio.h>

#include "kern/table-type.h"
#include "klp/meta.h"
#include "util/macro.h"

static const char *const swappable[] = { "tcp_congestion_ops" };

/* How the kernel calls the value of a map of such a type. */
#define VALUE_PREFIX "bpf_struct_ops_"

int table_type_check(const struct btf *kernel, const char *type, struct report *report)
{
	char value[STRLEN(VALUE_PREFIX) + KLP_TABLE_TYPE_LEN];

	(void)snprintf(value, sizeof(value), VALUE_PREFIX "%s", type);
	if (btf__find_by_name_kind(kernel, value, BTF_KIND_STRUCT) < 0)
		return report_set(report, OUTCOME_NO_SUCH_TABLE,
				  "This kernel has no tables of type '%s'", type);
	for (size_t i = 0; i < ARRAY_SIZE(swappable); i++)
		if (STREQ(swappable[i], type))
			return 0;
	return report_set(report, OUTCOME_NO_SUCH_TABLE,
			  "Tables of type '%s' cannot be swapped: the kernel has no update for them that "
			  "leaves those who use them alone", type);
}
