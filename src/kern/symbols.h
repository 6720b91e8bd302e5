/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the functions of vmlinux or of one module: how many functions have a name, and which can
 * be traced. A function may have several names at one address; ftrace knows it by one of them.
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

enum symbol_part {		/* part of the kernel's code */
	PART_ORDINARY,
	PART_INIT,		/* freed once the kernel has started */
	PART_NOINSTR,		/* nothing may be traced there */
};

struct symbol_place {		/* one function */
	uint64_t addr;		/* 0: the kernel hides addresses from klpd */
	bool traceable;
	const char *listed;	/* its name in ftrace; NULL unless traceable */
	enum symbol_part part;
};

/* `module` NULL: the symbols of vmlinux. The name of the module is borrowed. */
int symbols_new(const char *module, struct symbols **ret);
struct symbols *symbols_free(struct symbols *s);
/* Reads lines as in /proc/kallsyms. */
int symbols_read_kallsyms(struct symbols *s, FILE *f);
/*
 * Read lines as in tracefs' available_filter_functions, or available_filter_functions_addrs. Call
 * after symbols_read_kallsyms().
 */
int symbols_read_traceable(struct symbols *s, FILE *f);
int symbols_read_traceable_addrs(struct symbols *s, FILE *f);
/* Read both from the running kernel. OUTCOME_SYSTEM, OUTCOME_LOCKDOWN or -ENOMEM. */
int symbols_read_kernel(struct symbols *s, struct report *report);
/* All members are zero for an unknown name. */
struct symbol_info symbols_find(const struct symbols *s, const char *name);
/* The function at position `sympos` of this name; 0 counts as 1. -ENOENT. *ret points into `s`. */
int symbols_find_place(const struct symbols *s, const char *name, uint32_t sympos,
		       struct symbol_place *ret);
/* The i-th name at this address, or NULL. */
const char *symbols_find_name(const struct symbols *s, uint64_t addr, size_t i);

#endif
