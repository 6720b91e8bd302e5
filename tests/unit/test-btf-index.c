// SPDX-License-Identifier: GPL-2.0-only
/* kern/btf-index: the same answers as libbpf, before there is a table and from it. */
#include <bpf/btf.h>
#include <stdio.h>

#include "kern/btf-index.h"
#include "unit.h"

#define FUNCS	500

/* Functions f0.., each third of them twice, with variables of other names and one of the same between. */
static struct btf *make_btf(void)
{
	struct btf *btf = btf__new_empty();
	int type = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int proto = btf__add_func_proto(btf, type);
	char name[16];

	for (int i = 0; i < FUNCS; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		if (i % 5 == 0)
			btf__add_typedef(btf, name, type);
		btf__add_func(btf, name, BTF_FUNC_STATIC, proto);
		if (i % 3 == 0)
			btf__add_func(btf, name, BTF_FUNC_STATIC, proto);
	}
	btf__add_typedef(btf, "no_function", type);
	return btf;
}

static uint32_t libbpf_finds(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	return id > 0 ? (uint32_t)id : 0;
}

static void test_same_answers(void)
{
	struct btf *btf = make_btf();
	struct btf_index *x = NULL;
	char name[16];

	CHECK_INT(btf_index_new(btf, &x), 0);
	CHECK_INT(btf_index_find(x, "missing"), 0);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < FUNCS; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			CHECK(btf_index_find(x, name) != 0);
			CHECK_INT(btf_index_find(x, name), libbpf_finds(btf, name));
		}
	CHECK_INT(btf_index_find(x, "no_function"), 0);
	CHECK_INT(btf_index_find(x, "missing"), 0);
	CHECK_INT(btf_index_find(x, ""), 0);
	btf_index_free(x);
	btf__free(btf);
}

static void test_no_functions(void)
{
	struct btf *btf = btf__new_empty();
	struct btf_index *x = NULL;

	CHECK_INT(btf_index_new(btf, &x), 0);
	for (int i = 0; i < 10; i++)
		CHECK_INT(btf_index_find(x, "f"), 0);
	btf_index_free(x);
	btf__free(btf);
	btf_index_free(NULL);
}

int main(void)
{
	RUN(test_same_answers);
	RUN(test_no_functions);
	return unit_end();
}
