/* SPDX-License-Identifier: GPL-2.0-only */
/* The ftrace hook through which struct_ops bodies decide about calls. See hook.c. */
#ifndef KLP_KMOD_HOOK_H
#define KLP_KMOD_HOOK_H

#include <linux/types.h>

struct func;
struct klpm_patch;

/**
 * klpm_hook_arm() - Hook the functions of one object of a patch
 * @r: the patch; its gate may still be closed
 * @o: index of the object
 *
 * On success, each call of a function that has a body asks the gate of @r, and then the body if the
 * gate lets it. On failure none of the functions is hooked for @r.
 *
 * Context: Process context, klpm_mutex held. Sleeps.
 * Return: 0; -EBUSY if another ftrace user redirects one of the functions; -EAGAIN if a BPF
 *   trampoline of one of them was being changed for two seconds; -ENOMEM; or an error of ftrace.
 */
int klpm_hook_arm(struct klpm_patch *r, u32 o);

/**
 * klpm_hook_disarm_all() - Unhook all functions of a patch
 * @r: the patch
 *
 * When this function or one of the two below returns, no CPU runs, through the handler, a body that
 * was unhooked. Idempotent.
 *
 * Context: Process context, klpm_mutex held. Sleeps.
 */
void klpm_hook_disarm_all(struct klpm_patch *r);
/* The same for object @o of the patch. See klpm_hook_disarm_all(). */
void klpm_hook_disarm(struct klpm_patch *r, u32 o);
/* The same for one function. See klpm_hook_disarm_all(). */
void klpm_hook_disarm_func(struct func *f);

/**
 * klpm_hook_is_return() - Is the address in a stub that returns a body's value?
 * @addr: a code address
 *
 * Such a stub runs in place of the function when a body has given a value.
 *
 * Context: Any.
 */
bool klpm_hook_is_return(unsigned long addr);

/*
 * Was the value passed to the function of the running body? Also true if the handler of hook.c does not
 * call that body: if it is an fmod_ret program, or a body that may sleep. Context: task.
 */
bool klpm_hook_may_have(unsigned long value);

/*
 * No function is hooked any more. Wait for tasks in BPF trampolines that were given an address of
 * klp.ko to continue at: before, in and after a program that sleeps. Sleeps.
 */
void klpm_hook_exit(void);

#endif
