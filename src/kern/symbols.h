/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the functions of vmlinux, or of one module: how many there are of each, which can be
 * traced. */
#ifndef KLPD_KERN_SYMBOLS_H
#define KLPD_KERN_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/report.h"

struct symbols;

struct symbol_info {
	uint32_t n_text;	/* text symbols of exactly this name in kallsyms */
	uint32_t n_clones;	/* name.isra.N, name.constprop.N, name.part.N */
	bool traceable;		/* in available_filter_functions */
};

/* NULL: those of vmlinux. The name of the module is not copied. */
int symbols_new(const char *module, struct symbols **ret);
struct symbols *symbols_free(struct symbols *s);
/* Lines as in /proc/kallsyms. */
int symbols_read_kallsyms(struct symbols *s, FILE *f);
/* Lines as in tracefs' available_filter_functions. */
int symbols_read_traceable(struct symbols *s, FILE *f);
/* Both, of the running kernel. OUTCOME_SYSTEM or -ENOMEM. */
int symbols_read_kernel(struct symbols *s, struct report *report);
/* All zero for a name never seen. */
struct symbol_info symbols_find(const struct symbols *s, const char *name);

#endif
