/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of target.c: modules, by name, and what a loaded one says of its functions. */
#ifndef KLPD_KERN_TARGET_MODULE_H
#define KLPD_KERN_TARGET_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "kern/symbols.h"
#include "klp/meta.h"

struct btf;

struct target_module {
	struct target_module *next;
	bool loaded;
	struct symbols *symbols;	/* NULL unless loaded */
	struct btf *btf;		/* on top of vmlinux's; NULL: it has none */
	char name[KLP_OBJECT_LEN];
};

/*
 * The module from the list, or read and put there. *ret stays the list's. OUTCOME_NO_SUCH_FUNCTION:
 * there will never be a module of this name, since it is a part of the kernel.
 */
int target_module_find(struct target_module **list, const char *name, struct btf *vmlinux,
		       const struct target_module **ret, struct report *report);
/* Id of the FUNC that the module itself describes, by this name or another at its address; 0: it does
 * not. */
uint32_t target_module_described(const struct target_module *m, const char *symbol,
				 uint32_t sympos);
struct target_module *target_modules_free(struct target_module *list);

#endif
