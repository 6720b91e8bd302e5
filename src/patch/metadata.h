/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a patch file says of itself (klp/meta.h), parsed. Pure: bytes in, struct out, no system
 * call. Input is hostile.
 */
#ifndef KLPD_PATCH_METADATA_H
#define KLPD_PATCH_METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "klp/meta.h"
#include "shared/report.h"

enum body_kind {
	BODY_FMOD_RET,
	BODY_GUARD,
	BODY_REPLACE,
	_BODY_MAX
};

enum callback_kind {
	CALLBACK_PRE_PATCH,
	CALLBACK_POST_PATCH,
	CALLBACK_PRE_UNPATCH,
	CALLBACK_POST_UNPATCH,
	_CALLBACK_MAX
};

struct meta_func {
	char *object;
	char *symbol;
	char *program;
	uint32_t sympos;
	enum body_kind body;
};

struct meta_state {
	uint64_t id;
	uint32_t version;
};

struct meta_callback {
	char *object;
	char *program;
	enum callback_kind kind;
};

struct meta_table {
	char *type;
	char *name;
	char *map;
};

struct meta {
	char *name;
	char *version;
	char *description;	/* "" if not given */
	char *set;		/* name of its patch set, "": the one without a name */
	bool replace;
	bool strict;		/* default applied */
	bool per_task_only;	/* consistency=per-task */
	bool sticky;		/* has a state, and can only be left by who carries it */
	char **refs;
	size_t n_refs;
	struct meta_func *funcs;
	size_t n_funcs;
	struct meta_state *states;
	size_t n_states;
	struct meta_callback *callbacks;
	size_t n_callbacks;
	struct meta_table *tables;
	size_t n_tables;
};

/*
 * From the bytes of an ELF file: 0 and *ret, a positive outcome (OUTCOME_NOT_ELF,
 * OUTCOME_NO_METADATA, OUTCOME_META_NEWER, OUTCOME_META_INVALID) told in *report, or -ENOMEM.
 * The ELF must be ELFCLASS64, little endian, ET_REL, EM_BPF. Checks also that each program named is
 * a symbol of type FUNC in the file.
 */
int meta_from_elf(const void *data, size_t size, struct meta **ret, struct report *report);
/* From the bytes of the metadata section alone (also used for what is read back from pins). */
int meta_from_section(const void *data, size_t size, struct meta **ret, struct report *report);
/* The bytes of the metadata section of an ELF; points into data. Same outcomes. */
int meta_find_section(const void *data, size_t size, const void **ret, size_t *ret_size,
		      struct report *report);
struct meta *meta_free(struct meta *m);

const char *body_kind_to_string(enum body_kind kind);
/* The companion runs it: it needs per-task consistency, and nothing has to be opened for it. */
static inline bool body_is_ops(enum body_kind kind)
{
	return kind == BODY_GUARD || kind == BODY_REPLACE;
}

const char *callback_kind_to_string(enum callback_kind kind);
/* The kind, or -ENOENT. */
int body_kind_from_string(const char *name);
int callback_kind_from_string(const char *name);
/* Same function for the purposes of conflicts: sympos 0 and 1 count as equal. */
bool meta_func_same(const struct meta_func *a, const struct meta_func *b);
/* Only one of them can be there at a time. */
bool meta_table_same(const struct meta_table *a, const struct meta_table *b);
/* A replace by one of them takes the place of the other. */
bool meta_same_set(const struct meta *a, const struct meta *b);
bool meta_name_valid(const char *name);

#endif
