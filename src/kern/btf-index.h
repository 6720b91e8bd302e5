/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds functions of a BTF by name, for callers with many look-ups. See btf-index.c. */
#ifndef KLPD_KERN_BTF_INDEX_H
#define KLPD_KERN_BTF_INDEX_H

#include <stdint.h>

struct btf;
struct btf_index;

/* Borrows the BTF, which must not change during the lifetime of the index. -ENOMEM. */
int btf_index_new(const struct btf *btf, struct btf_index **ret);
struct btf_index *btf_index_free(struct btf_index *x);
/* The first FUNC of this name, as btf__find_by_name_kind() returns it; 0: there is none. */
uint32_t btf_index_find(struct btf_index *x, const char *name);

#endif
