/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the kernel's functions, vmlinux only: how many there are of each, which can be traced. */
#ifndef KLPD_KERN_SYMBOLS_H
#define KLPD_KERN_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct symbols;

struct symbol_info {
	uint32_t n_text;	/* text symbols of exactly this name in kallsyms */
	uint32_t n_clones;	/* name.isra.N, name.constprop.N, name.part.N */
	bool traceable;		/* in available_filter_functions */
};

int symbols_new(struct symbols **ret);
struct symbols *symbols_free(struct symbols *s);
/* Lines as in /proc/kallsyms. */
int symbols_read_kallsyms(struct symbols *s, FILE *f);
/* Lines as in tracefs' available_filter_functions. */
int symbols_read_traceable(struct symbols *s, FILE *f);
/* All zero for a name never seen. */
struct symbol_info symbols_find(const struct symbols *s, const char *name);

#endif
