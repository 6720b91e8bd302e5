// SPDX-License-Identifier: GPL-2.0-only
/*
 * libbpf finds a name by a scan of all types, of which a kernel has over a hundred thousand. For a
 * few look-ups this is the cheapest way. The fifth look-up builds a hash table of all functions,
 * which answers from then on. Without memory for the table, look-ups continue to scan.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kern/btf-index.h"
#include "util/cleanup.h"

#define SCANS	4

struct btf_index {
	const struct btf *btf;
	unsigned int asked;
	uint32_t *slots;	/* ids, 0: empty; NULL until built */
	uint32_t n_slots;	/* a power of two, at most half of them used */
};

int btf_index_new(const struct btf *btf, struct btf_index **ret)
{
	struct btf_index *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	x->btf = btf;
	*ret = x;
	return 0;
}

struct btf_index *btf_index_free(struct btf_index *x)
{
	if (!x)
		return NULL;
	free(x->slots);
	free(x);
	return NULL;
}

static uint32_t btf_index_hash(const char *name)
{
	uint32_t h = 2166136261U;	/* FNV-1a */

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619U;
	return h;
}

static const char *btf_index_name(const struct btf_index *x, uint32_t id)
{
	return btf__name_by_offset(x->btf, btf__type_by_id(x->btf, id)->name_off);
}

/* The slot of the name, or the empty slot where it belongs. */
static uint32_t *btf_index_slot(const struct btf_index *x, const char *name)
{
	uint32_t i = btf_index_hash(name) & (x->n_slots - 1);

	while (x->slots[i] != 0 && strcmp(btf_index_name(x, x->slots[i]), name) != 0)
		i = (i + 1) & (x->n_slots - 1);
	return &x->slots[i];
}

static bool btf_index_is_func(const struct btf_index *x, uint32_t id)
{
	return btf_is_func(btf__type_by_id(x->btf, id));
}

static bool btf_index_make(struct btf_index *x)
{
	uint32_t n = btf__type_cnt(x->btf), funcs = 0, id, *slot;

	for (id = 1; id < n; id++)
		funcs += btf_index_is_func(x, id);
	for (x->n_slots = 2; x->n_slots < 2 * funcs + 2; x->n_slots *= 2)
		;
	x->slots = calloc(x->n_slots, sizeof(*x->slots));
	if (!x->slots)
		return false;
	for (id = 1; id < n; id++) {
		if (!btf_index_is_func(x, id))
			continue;
		slot = btf_index_slot(x, btf_index_name(x, id));
		if (*slot == 0)
			*slot = id;
	}
	return true;
}

uint32_t btf_index_find(struct btf_index *x, const char *name)
{
	int id;

	if (x->slots || (++x->asked > SCANS && btf_index_make(x)))
		return *btf_index_slot(x, name);
	id = btf__find_by_name_kind(x->btf, name, BTF_KIND_FUNC);
	return id > 0 ? (uint32_t)id : 0;
}
