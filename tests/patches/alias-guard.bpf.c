// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guard body by a name that ftrace does not have: ftrace lists this address as __do_sys_getpid.
 * Tasks named "klp-alias" get another pid from getpid(2).
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "alias.h"

KLP_PATCH("alias-guard", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(long, __x64_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return(424241) : klp_continue();
}
