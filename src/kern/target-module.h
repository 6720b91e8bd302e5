/* SPDX-License-Identifier: GPL-2.0-only */
/* Internal to target.c: modules by name, and the functions of a loaded module. */
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
	struct btf *btf;		/* split BTF on top of vmlinux's; NULL: it has none */
	char name[KLP_OBJECT_LEN];
};

/*
 * Find the module in the list, or read it and add it. The list keeps ownership of *ret.
 * OUTCOME_NO_SUCH_FUNCTION: a module of this name cannot exist, because it is built into the
 * kernel.
 */
int target_module_find(struct target_module **list, const char *name, struct btf *vmlinux,
		       const struct target_module **ret, struct report *report);
/* Id of the FUNC in the module's own BTF, by this name or by another at its address; 0: none. */
uint32_t target_module_described(const struct target_module *m, const char *symbol,
				 uint32_t sympos);
struct target_module *target_modules_free(struct target_module *list);

#endif
