// SPDX-License-Identifier: GPL-2.0-only
/* Two names of one function in one patch. Tasks "klp-alias" are told another pid. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "alias.h"

KLP_PATCH("alias-twice", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(long, __x64_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return(424244) : klp_continue();
}
KLP_GUARD(long, __do_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return(424244) : klp_continue();
}
