/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the functions of vmlinux, or of one module: how many there are of each, which can be
 * traced. A function may have several names at one address, of which ftrace knows it by one.
 */
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
	bool traceable; /* one of them can be traced, by this name or by another at its address */
};

enum symbol_part {		/* of the kernel's code */
	PART_ORDINARY,
	PART_INIT,		/* freed when the kernel has started */
	PART_NOINSTR,		/* where nothing may be traced */
};

struct symbol_place {		/* one function */
	uint64_t addr;		/* 0: the kernel hides addresses from klpd */
	bool traceable;
	const char *listed;	/* the name that ftrace has for it; NULL unless traceable */
	enum symbol_part part;
};

/* NULL: those of vmlinux. The name of the module is not copied. */
int symbols_new(const char *module, struct symbols **ret);
struct symbols *symbols_free(struct symbols *s);
/* Lines as in /proc/kallsyms. */
int symbols_read_kallsyms(struct symbols *s, FILE *f);
/* Lines as in tracefs' available_filter_functions, or available_filter_functions_addrs; after those of
 * kallsyms. */
int symbols_read_traceable(struct symbols *s, FILE *f);
int symbols_read_traceable_addrs(struct symbols *s, FILE *f);
/* Both, of the running kernel. OUTCOME_SYSTEM or -ENOMEM. */
int symbols_read_kernel(struct symbols *s, struct report *report);
/* All zero for a name never seen. */
struct symbol_info symbols_find(const struct symbols *s, const char *name);
/* The function at position `sympos` of this name, 0 as 1. -ENOENT. What *ret points at is of s. */
int symbols_find_place(const struct symbols *s, const char *name, uint32_t sympos,
		       struct symbol_place *ret);
/* The i-th name at this address, or NULL. */
const char *symbols_find_name(const struct symbols *s, uint64_t addr, size_t i);

#endif
