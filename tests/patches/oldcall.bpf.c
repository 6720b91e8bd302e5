// SPDX-License-Identifier: GPL-2.0-only
/* Built with another version of klp.bpf.h: its struct klp_call is not the one that bodies get. */
#include "vmlinux.h"
#define klp_call klp_call_of_today
#include "klp/klp.bpf.h"
#undef klp_call

KLP_PATCH("oldcall", "1.0");
KLP_LICENSE("GPL");
KLP_INFO("func=vmlinux:0:guard:cmdline_proc_show:guard_cmdline");

struct klp_call {
	__u64 arg[6];
	__u64 ret;
};

int (*klp_proto__cmdline_proc_show)(struct seq_file *m, void *v) SEC(KLP_PROTO_SECTION);
int guard_cmdline(unsigned long long *ctx);

SEC("struct_ops/guard")
int guard_cmdline(unsigned long long *ctx)
{
	struct klp_call *call = (void *)ctx[0];

	if (klp_seq_puts((void *)call->arg[0], "wrong\n"))
		return 0;
	call->ret = 0;
	return 1;
}
