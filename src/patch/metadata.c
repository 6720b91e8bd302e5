// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on parsed metadata: names of its kinds, comparison, freeing. The grammar is in
 * metadata-section.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "util/macro.h"

static const char *const body_names[] = {
	[BODY_FMOD_RET] = "fmod_ret",
	[BODY_GUARD] = "guard",
	[BODY_OVERRIDE] = "override",
};
_Static_assert(ARRAY_SIZE(body_names) == _BODY_MAX, "a body without a name");

static const char *const callback_names[] = {
	[CALLBACK_PRE_PATCH] = "pre_patch",
	[CALLBACK_POST_PATCH] = "post_patch",
	[CALLBACK_PRE_UNPATCH] = "pre_unpatch",
	[CALLBACK_POST_UNPATCH] = "post_unpatch",
};
_Static_assert(ARRAY_SIZE(callback_names) == _CALLBACK_MAX, "a callback without a name");

static int name_index(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (STREQ(names[i], name))
			return (int)i;
	return -ENOENT;
}

const char *body_kind_to_string(enum body_kind kind)
{
	return (unsigned int)kind < _BODY_MAX ? body_names[kind] : "unknown";
}

const char *callback_kind_to_string(enum callback_kind kind)
{
	return (unsigned int)kind < _CALLBACK_MAX ? callback_names[kind] : "unknown";
}

int body_kind_from_string(const char *name)
{
	/* the name in older files */
	if (STREQ(name, "replace"))
		return BODY_OVERRIDE;
	return name_index(body_names, _BODY_MAX, name);
}

int callback_kind_from_string(const char *name)
{
	return name_index(callback_names, _CALLBACK_MAX, name);
}

bool meta_func_same(const struct meta_func *a, const struct meta_func *b)
{
	return (a->sympos ?: 1) == (b->sympos ?: 1) && STREQ(a->symbol, b->symbol) &&
	       STREQ(a->object, b->object);
}

bool meta_struct_ops_same(const struct meta_struct_ops *a, const struct meta_struct_ops *b)
{
	return STREQ(a->type, b->type) && STREQ(a->name, b->name);
}

bool meta_same_set(const struct meta *a, const struct meta *b)
{
	return STREQ(a->set, b->set);
}

bool meta_name_valid(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n < KLP_NAME_LEN && name[0] != '_' && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

struct meta *meta_free(struct meta *m)
{
	if (!m)
		return NULL;
	for (size_t i = 0; i < m->n_callbacks; i++) {
		free(m->callbacks[i].object);
		free(m->callbacks[i].program);
	}
	for (size_t i = 0; i < m->n_funcs; i++) {
		free(m->funcs[i].object);
		free(m->funcs[i].symbol);
		free(m->funcs[i].program);
	}
	for (size_t i = 0; i < m->n_struct_ops; i++) {
		free(m->struct_ops[i].type);
		free(m->struct_ops[i].name);
		free(m->struct_ops[i].map);
	}
	for (size_t i = 0; i < m->n_refs; i++)
		free(m->refs[i]);
	free(m->struct_ops);
	free(m->callbacks);
	free(m->states);
	free(m->funcs);
	free(m->refs);
	free(m->description);
	free(m->set);
	free(m->version);
	free(m->name);
	free(m);
	return NULL;
}
