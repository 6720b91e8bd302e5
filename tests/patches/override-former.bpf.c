// SPDX-License-Identifier: GPL-2.0-only
/*
 * An override body under the former names of the kind and of its section, as in files that were
 * built before "replace" became "override". Written by hand, because the macros write the new ones.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("override-former", "1.0");
KLP_LICENSE("GPL");
KLP_INFO("func=vmlinux:0:replace:version_proc_show:body");

int (*klp_proto__version_proc_show)(struct seq_file *m, void *v) SEC(KLP_PROTO_SECTION);
__u64 body(unsigned long long *ctx);

SEC("struct_ops/replace")
__u64 body(unsigned long long *ctx)
{
	klp_seq_puts((struct seq_file *)ctx[0], "overridden\n");
	return 0;
}
