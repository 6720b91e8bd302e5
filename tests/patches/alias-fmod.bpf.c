// SPDX-License-Identifier: GPL-2.0-only
/*
 * An fmod_ret body by a name that neither ftrace nor BTF has. Tasks named "klp-alias" get another
 * pid from getpid(2).
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"
#include "alias.h"

KLP_PATCH("alias-fmod", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(long, __x64_sys_getpid, const struct pt_regs *regs)
{
	return is_asked() ? klp_return_nonzero(424242) : klp_continue();
}
