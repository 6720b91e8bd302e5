// SPDX-License-Identifier: GPL-2.0-only
/*
 * Overrides a function that takes a structure by value: OUTCOME_UNSUPPORTED. Written by hand,
 * because the macros do not allow it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("override-by-value", "1.0");
KLP_LICENSE("GPL");
KLP_INFO("func=test_klpd_calls:0:override:nap_by_value:body");

struct nap_pair {
	long a, b;
};

long (*klp_proto__nap_by_value)(struct nap_pair p) SEC(KLP_PROTO_SECTION);
__u64 body(unsigned long long *ctx);

SEC("struct_ops/override")
__u64 body(unsigned long long *ctx)
{
	return 0;
}
