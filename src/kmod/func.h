/* SPDX-License-Identifier: GPL-2.0-only */
/* A patched function: where its code is, so that stacks can be checked. See func.c. */
#ifndef KLP_KMOD_FUNC_H
#define KLP_KMOD_FUNC_H

#include <linux/types.h>

#include "klp/uapi.h"

struct hook_body;
struct klp_func_ops;

#define FUNC_COLD_MAX	8

struct func {
	u32 btf_id;			/* 0: it has a struct_ops body */
	u32 flags;			/* KLP_FUNC_* */
	u32 sympos;
	u32 object;			/* index in the patch's objects */
	const struct klp_func_ops *ops;	/* its body; NULL unless one is attached */
	struct klp_func_ops *inside; /* its sleepable body while a task may be in it; held */
	struct hook_body *hooked;	/* set by hook.c while calls are hooked */
	unsigned long addr, size;	/* 0 while its module is not loaded */
	u32 n_cold;
	struct {			/* parts that the compiler moved to SYMBOL.cold */
		unsigned long addr, size;
	} cold[FUNC_COLD_MAX];
	char symbol[KLP_SYMBOL_LEN];
};

/**
 * klpm_func_resolve_all() - Check functions from user space and look them up
 * @u: the functions as user space describes them; addr and size are filled in for those of vmlinux
 * @f: filled in from @u
 * @n: number of entries in @u and @f
 * @failed: set to the index of the function that failed, on error
 *
 * Functions of modules are not looked up; see klpm_func_find_in_module().
 *
 * Context: May sleep.
 * Return: 0; or a negative errno, as KLP_IOC_ALLOW_FMOD_RET in klp/uapi.h.
 */
int klpm_func_resolve_all(struct klp_uapi_func *u, struct func *f, u32 n, u32 *failed);
bool klpm_func_is_vmlinux(const char *object);

/**
 * klpm_func_find_in_module() - Look up one function of a module
 * @f: the function; address and size are filled in
 * @module: the module, which is loaded and which the caller keeps from going
 *
 * Return: 0; -ENXIO if the function is not traceable, or is freed once the module's init has run;
 *   or another error of klpm_func_resolve_all(). On error @f has no address.
 */
int klpm_func_find_in_module(struct func *f, const char *module);
/* Forget where the function is, because its module goes. */
void klpm_func_forget(struct func *f);

#endif
