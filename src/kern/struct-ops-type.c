// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges the kernel's struct_ops types by name. User space cannot ask the kernel whether the
 * instances of a type can be updated: this needs a link of such an instance, and with most types
 * the instance takes effect as soon as the link exists. So the properties that a patch relies on
 * come from a list that was derived from the kernel's code:
 *
 * 1. Registering an instance changes nothing until a user selects it by its name. So it may be
 *    attached before the patch is in force.
 * 2. A link of it can be updated to an instance of the same name, at one instant and without a
 *    moment at which there is none (struct bpf_struct_ops has .update, and it does not just
 *    refuse).
 * 3. A user of an instance holds it, so existing users keep an instance that is replaced or
 *    removed.
 *
 * In Linux 6.12 to 7.3 this is true of tcp_congestion_ops alone: hid_bpf_ops, Qdisc_ops,
 * smc_hs_ctrl, io_uring_bpf_ops and binfmt_misc_ops have no update, and that of sched_ext_ops
 * always refuses.
 */
#include <bpf/btf.h>
#include <stdio.h>

#include "kern/struct-ops-type.h"
#include "klp/meta.h"
#include "util/macro.h"

static const char *const swappable[] = { "tcp_congestion_ops" };

/* Prefix of the kernel's name for the value of a map of such a type. */
#define VALUE_PREFIX "bpf_struct_ops_"

int struct_ops_type_check(const struct btf *kernel, const char *type, struct report *report)
{
	char value[STRLEN(VALUE_PREFIX) + KLP_STRUCT_OPS_TYPE_LEN];

	(void)snprintf(value, sizeof(value), VALUE_PREFIX "%s", type);
	if (btf__find_by_name_kind(kernel, value, BTF_KIND_STRUCT) < 0)
		return report_set(report, OUTCOME_NO_SUCH_STRUCT_OPS,
				  "This kernel has no struct_ops instances of type '%s'", type);
	for (size_t i = 0; i < ARRAY_SIZE(swappable); i++)
		if (STREQ(swappable[i], type))
			return 0;
	return report_set(
		report, OUTCOME_NO_SUCH_STRUCT_OPS,
		"Struct_ops instances of type '%s' cannot be swapped: the kernel cannot "
		"update them without an effect on their present users",
		type);
}
