// SPDX-License-Identifier: GPL-2.0-only
/* An instance of a struct_ops type that no kernel has: OUTCOME_NO_SUCH_STRUCT_OPS. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cc-unknown", "1");
KLP_LICENSE("GPL");

struct klp_unknown_ops {
	int (*decide)(void);
	char name[16];
};

SEC("struct_ops")
int unknown_decide(unsigned long long *ctx)
{
	return 0;
}

KLP_STRUCT_OPS(klp_unknown_ops, unknown, "unknown");
SEC(".struct_ops.link")
struct klp_unknown_ops unknown = { .decide = (void *)unknown_decide, .name = "unknown" };
