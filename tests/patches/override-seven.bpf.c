// SPDX-License-Identifier: GPL-2.0-only
/*
 * Overrides a function with one more argument than fits in registers: OUTCOME_UNSUPPORTED. Written
 * by hand, because the macros do not allow it.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("override-seven", "1.0");
KLP_LICENSE("GPL");
KLP_INFO("func=test_klpd_calls:0:override:nap_seven:body");

struct nap_pair {
	long a, b;
};

long (*klp_proto__nap_seven)(long a, long b, long c, long d, long e, long f, long g) SEC(KLP_PROTO_SECTION);
__u64 body(unsigned long long *ctx);

SEC("struct_ops/override")
__u64 body(unsigned long long *ctx)
{
	return 0;
}
