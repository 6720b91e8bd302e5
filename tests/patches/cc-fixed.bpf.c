// SPDX-License-Identifier: GPL-2.0-only
/*
 * An instance of a struct_ops type that every kernel has and that cannot be updated:
 * OUTCOME_NO_SUCH_STRUCT_OPS.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cc-fixed", "1");
KLP_LICENSE("GPL");

SEC("struct_ops")
int fixed_test_1(unsigned long long *ctx)
{
	return 0;
}

KLP_STRUCT_OPS(bpf_dummy_ops, fixed, "fixed");
SEC(".struct_ops.link")
struct bpf_dummy_ops fixed = { .test_1 = (void *)fixed_test_1 };
