/* SPDX-License-Identifier: GPL-2.0-only */
/* The ftrace hook through which struct_ops bodies decide. With klpm_mutex held. See hook.c. */
#ifndef KLP_KMOD_HOOK_H
#define KLP_KMOD_HOOK_H

#include <linux/types.h>

struct func;
struct klpm_patch;

/*
 * From now on each call of a function of object `o` of `r` that has a body asks the gate of `r`,
 * and then the body. All or nothing: -EBUSY somebody else redirects one of the functions, -EAGAIN a
 * BPF trampoline of one was being changed for two seconds, -ENOMEM, or what ftrace says. Sleeps.
 */
int klpm_hook_arm(struct klpm_patch *r, u32 o);
/* Nobody runs a body of `r`, of that object of it, or of the one function, any more when it
 * returns. Idempotent. Sleeps. */
void klpm_hook_disarm_all(struct klpm_patch *r);
void klpm_hook_disarm(struct klpm_patch *r, u32 o);
void klpm_hook_disarm_func(struct func *f);
/* In what a call goes to, from the entry of its function, that is not to run it. Any context. */
bool klpm_hook_is_return(unsigned long addr);

#endif
