/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metadata of a patch file (klp/meta.h), parsed. Pure: bytes in, struct out, no system call.
 * The input is untrusted.
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
	BODY_OVERRIDE,
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

struct meta_struct_ops {
	char *type;
	char *name;
	char *map;
};

struct meta {
	char *name;
	char *version;
	char *description;	/* "" if the file has none */
	char *set;		/* name of its patch set; "": the default set */
	bool replace;
	bool strict;		/* with the default applied */
	bool per_task_only;	/* consistency=per-task */
	bool sticky;		/* has states; only a replace that carries them removes it */
	char **refs;
	size_t n_refs;
	struct meta_func *funcs;
	size_t n_funcs;
	struct meta_state *states;
	size_t n_states;
	struct meta_callback *callbacks;
	size_t n_callbacks;
	struct meta_struct_ops *struct_ops;
	size_t n_struct_ops;
};

/*
 * Parse the metadata of an ELF file, which must be ELFCLASS64, little endian, ET_REL, EM_BPF. Also
 * checks that each program named is a symbol of type FUNC in the file. Returns 0 and *ret; a
 * positive outcome (OUTCOME_NOT_ELF, OUTCOME_NO_METADATA, OUTCOME_META_NEWER, OUTCOME_META_INVALID)
 * described in *report; or -ENOMEM.
 */
int meta_from_elf(const void *data, size_t size, struct meta **ret, struct report *report);
/*
 * Parse the bytes of a metadata section, also as read back from pins. Returns as meta_from_elf().
 */
int meta_from_section(const void *data, size_t size, struct meta **ret, struct report *report);
/* Find the metadata section of an ELF file; *ret points into data. Same outcomes. */
int meta_find_section(const void *data, size_t size, const void **ret, size_t *ret_size,
		      struct report *report);
struct meta *meta_free(struct meta *m);

const char *body_kind_to_string(enum body_kind kind);
/*
 * Whether the companion runs this kind of body. It then needs per-task consistency, and its
 * function need not be enabled for fmod_ret.
 */
static inline bool body_is_ops(enum body_kind kind)
{
	return kind == BODY_GUARD || kind == BODY_OVERRIDE;
}

const char *callback_kind_to_string(enum callback_kind kind);
/* The kind, or -ENOENT. */
int body_kind_from_string(const char *name);
int callback_kind_from_string(const char *name);
/* Whether both are the same function for the purposes of conflicts: sympos 0 and 1 are equal. */
bool meta_func_same(const struct meta_func *a, const struct meta_func *b);
/* Whether both are the same struct_ops instance, of which only one can be registered at a time. */
bool meta_struct_ops_same(const struct meta_struct_ops *a, const struct meta_struct_ops *b);
/* Whether both patches are of one patch set, so that a replace by one replaces the other. */
bool meta_same_set(const struct meta *a, const struct meta *b);
bool meta_name_valid(const char *name);

#endif
