// SPDX-License-Identifier: GPL-2.0-only
/* A guard body on a name that ftrace does not have: it lists __do_sys_getpid at this address. Tasks "klp-alias" are told another pid. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("alias-guard", "1.0");
KLP_LICENSE("GPL");

static bool is_asked(void)
{
	char comm[16] = "";

	return bpf_get_current_comm(comm, sizeof(comm)) == 0 && bpf_strncmp(comm, 10, "klp-alias") == 0;
}

KLP_GUARD(long, __x64_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return(424241) : klp_continue();
}
