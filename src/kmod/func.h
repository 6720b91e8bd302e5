/* SPDX-License-Identifier: GPL-2.0-only */
/* One patched function as klp.ko knows it: where its code is, so that stacks can be checked. */
#ifndef KLP_KMOD_FUNC_H
#define KLP_KMOD_FUNC_H

#include <linux/types.h>

#include "klp/uapi.h"

struct hook_body;
struct klp_func_ops;

#define FUNC_COLD_MAX	8

struct func {
	u32 btf_id;			/* 0: none, it has a struct_ops body */
	u32 flags;			/* KLP_FUNC_* */
	u32 sympos;
	u32 object;			/* index in its record */
	const struct klp_func_ops *ops;	/* its body while one is attached */
	struct klp_func_ops *inside; /* its body that may sleep, while a task may be in it; held */
	struct hook_body *hooked;	/* while calls of it are hooked; of hook.c */
	unsigned long addr, size;	/* 0 while its module is not loaded */
	u32 n_cold;
	struct {			/* parts that the compiler moved away */
		unsigned long addr, size;
	} cold[FUNC_COLD_MAX];
	char symbol[KLP_UAPI_SYMBOL_LEN];
};

/*
 * Take every one of u[0..n-1] over into f[], look those of the kernel image up and fill their addr
 * and size in u[]. Errors as KLP_IOC_OPEN in klp/uapi.h, *failed is then the index. May sleep.
 */
int klpm_func_resolve_all(struct klp_uapi_func *u, struct func *f, u32 n, u32 *failed);
bool klpm_func_is_vmlinux(const char *object);
/* The same for one function of a module that is loaded and stays so for now. -ENXIO: not traceable,
 * or gone once the module's init has run. */
int klpm_func_find_in_module(struct func *f, const char *module);
/* Its module goes. */
void klpm_func_forget(struct func *f);

#endif
