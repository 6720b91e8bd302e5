// SPDX-License-Identifier: GPL-2.0-only
/*
 * One patch with two names of the same function. Tasks named "klp-alias" get another pid from
 * getpid(2).
 */
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
