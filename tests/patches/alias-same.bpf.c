// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patches the same function as alias-guard, by the name that ftrace has. Tasks named "klp-alias"
 * get another pid from getpid(2).
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "alias.h"

KLP_PATCH("alias-same", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(long, __do_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return(424243) : klp_continue();
}
