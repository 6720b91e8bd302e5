// SPDX-License-Identifier: GPL-2.0-only
/*
 * kern/struct-ops-type: which types of instances a patch may bring, of those that this kernel has.
 */
#include <bpf/btf.h>

#include "kern/struct-ops-type.h"
#include "unit.h"
#include "util/cleanup.h"

static void check(const struct btf *kernel, const char *type, int outcome, const char *words)
{
	_cleanup_(report_done) struct report r = REPORT_INIT;

	CHECK_INT(struct_ops_type_check(kernel, type, &r), outcome);
	CHECK_INT(r.outcome, outcome);
	if (words)
		CHECK_CONTAINS(r.detail, words);
}

static void test_types(void)
{
	struct btf *kernel = btf__new_empty();

	CHECK(kernel);
	check(kernel, "tcp_congestion_ops", OUTCOME_NO_SUCH_STRUCT_OPS,
	      "This kernel has no struct_ops instances of type 'tcp_congestion_ops'");
	/* the structure alone is no instance */
	CHECK(btf__add_struct(kernel, "tcp_congestion_ops", 8) > 0);
	check(kernel, "tcp_congestion_ops", OUTCOME_NO_SUCH_STRUCT_OPS,
	      "has no struct_ops instances of type");
	CHECK(btf__add_struct(kernel, "bpf_struct_ops_tcp_congestion_ops", 8) > 0);
	CHECK(btf__add_struct(kernel, "bpf_struct_ops_sched_ext_ops", 8) > 0);
	CHECK(btf__add_struct(kernel, "bpf_struct_ops_klp_func_ops", 8) > 0);
	check(kernel, "tcp_congestion_ops", OUTCOME_OK, NULL);
	check(kernel, "sched_ext_ops", OUTCOME_NO_SUCH_STRUCT_OPS,
	      "'sched_ext_ops' cannot be swapped");
	check(kernel, "klp_func_ops", OUTCOME_NO_SUCH_STRUCT_OPS, "cannot be swapped");
	check(kernel, "", OUTCOME_NO_SUCH_STRUCT_OPS, "has no struct_ops instances of type ''");
	btf__free(kernel);
}

int main(void)
{
	RUN(test_types);
	return unit_end();
}
