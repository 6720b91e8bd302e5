// SPDX-License-Identifier: GPL-2.0-only
/* kern/prototype: pairs of prototypes that a body written for one may, or may not, be used on. */
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "kern/prototype.h"
#include "unit.h"

static struct btf *kernel, *author;

/* The same few types on both sides, under ids of this order. */
enum {
	INT = 1,
	UINT,
	LONG,
	CHAR,
	BOOL,
	ENUM,
	FILE_S,
	FILE_PTR,
	CONST_FILE,
	CONST_FILE_PTR,
	VOID_PTR,
	CHAR_PTR,
	TASK_S,
	TASK_PTR,
	FLAVOUR_S,
	FLAVOUR_PTR,
	FWD_FILE,
	FWD_FILE_PTR,
	UNION_FILE,
	UNION_FILE_PTR,
	LONG_T,
	FUNC_TYPE,
	FUNC_PTR,
	FILE_PTR_PTR,
	U8,
	U8_PTR,
	SMALL_FILE,
	_LAST
};

static struct btf *make(void)
{
	struct btf *b = btf__new_empty();

	btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	btf__add_int(b, "unsigned int", 4, 0);
	btf__add_int(b, "long", 8, BTF_INT_SIGNED);
	btf__add_int(b, "char", 1, BTF_INT_CHAR);
	btf__add_int(b, "_Bool", 1, BTF_INT_BOOL);
	btf__add_enum(b, "kind", 4);
	btf__add_struct(b, "file", 16);
	btf__add_ptr(b, FILE_S);
	btf__add_const(b, FILE_S);
	btf__add_ptr(b, CONST_FILE);
	btf__add_ptr(b, 0);
	btf__add_ptr(b, CHAR);
	btf__add_struct(b, "task_struct", 8);
	btf__add_ptr(b, TASK_S);
	btf__add_struct(b, "file___new", 8);
	btf__add_ptr(b, FLAVOUR_S);
	btf__add_fwd(b, "file", BTF_FWD_STRUCT);
	btf__add_ptr(b, FWD_FILE);
	btf__add_union(b, "file", 16);
	btf__add_ptr(b, UNION_FILE);
	btf__add_typedef(b, "loff_t", LONG);
	btf__add_func_proto(b, 0);
	btf__add_ptr(b, FUNC_TYPE);
	btf__add_ptr(b, FILE_PTR);
	btf__add_int(b, "unsigned char", 1, 0);
	btf__add_ptr(b, U8);
	return btf__add_struct(b, "file", 8) == SMALL_FILE ? b : NULL;
}

/* ret f(a, b) of one side against the other's; b < 0: one argument only. */
static bool match(int k_ret, int k_a, int k_b, int a_ret, int a_a, int a_b)
{
	int k = btf__add_func_proto(kernel, k_ret), a;

	btf__add_func_param(kernel, "first", k_a);
	if (k_b >= 0)
		btf__add_func_param(kernel, "second", k_b);
	a = btf__add_func_proto(author, a_ret);
	btf__add_func_param(author, "x", a_a);
	if (a_b >= 0)
		btf__add_func_param(author, "y", a_b);
	return prototype_matches(kernel, (uint32_t)k, author, (uint32_t)a);
}

#define SAME(k, a)	CHECK(match(INT, k, -1, INT, a, -1))
#define OTHER(k, a)	CHECK(!match(INT, k, -1, INT, a, -1))

static void test_numbers(void)
{
	SAME(INT, INT);
	SAME(INT, UINT);
	SAME(INT, ENUM);
	SAME(ENUM, UINT);
	SAME(LONG, LONG_T);
	SAME(BOOL, CHAR);
	OTHER(INT, LONG);
	OTHER(LONG, INT);
	OTHER(BOOL, INT);
	OTHER(LONG, FILE_PTR);
	OTHER(FILE_PTR, LONG);
}

static void test_pointers(void)
{
	SAME(FILE_PTR, FILE_PTR);
	SAME(CONST_FILE_PTR, FILE_PTR);
	SAME(FILE_PTR, CONST_FILE_PTR);
	SAME(FILE_PTR, FWD_FILE_PTR);
	SAME(FILE_PTR, FLAVOUR_PTR);
	SAME(VOID_PTR, VOID_PTR);
	SAME(CHAR_PTR, U8_PTR);
	SAME(FUNC_PTR, FUNC_PTR);
	SAME(FILE_PTR_PTR, FILE_PTR_PTR);
	OTHER(FILE_PTR, TASK_PTR);
	OTHER(FILE_PTR, UNION_FILE_PTR);
	OTHER(FLAVOUR_PTR, FILE_PTR);
	OTHER(FILE_PTR, VOID_PTR);
	OTHER(VOID_PTR, FILE_PTR);
	OTHER(FILE_PTR, FILE_PTR_PTR);
	OTHER(FUNC_PTR, VOID_PTR);
	OTHER(FILE_PTR, CHAR_PTR);
}

static void test_by_value(void)
{
	SAME(FILE_S, FILE_S);
	OTHER(FILE_S, SMALL_FILE);
	OTHER(FILE_S, UNION_FILE);
	OTHER(TASK_S, SMALL_FILE);
	OTHER(FILE_S, FILE_PTR);
}

static void test_shape(void)
{
	CHECK(match(INT, INT, LONG, INT, INT, LONG));
	CHECK(!match(INT, INT, LONG, INT, LONG, INT));
	CHECK(!match(INT, INT, -1, INT, INT, INT));
	CHECK(!match(INT, INT, INT, INT, INT, -1));
	/* return values */
	CHECK(match(0, INT, -1, 0, INT, -1));
	CHECK(!match(0, INT, -1, INT, INT, -1));
	CHECK(!match(INT, INT, -1, 0, INT, -1));
	CHECK(!match(LONG, INT, -1, INT, INT, -1));
	/* "..." is of type 0 */
	CHECK(match(INT, INT, 0, INT, INT, 0));
	CHECK(!match(INT, INT, 0, INT, INT, INT));
}

static void test_kinds(void)
{
	static const struct {
		int id;
		enum prototype_return returns;
	} table[] = {
		{ 0, RETURN_VOID },	      { INT, RETURN_NARROW },
		{ BOOL, RETURN_NARROW },      { ENUM, RETURN_NARROW },
		{ LONG, RETURN_WIDE },	      { LONG_T, RETURN_WIDE },
		{ FILE_PTR, RETURN_POINTER }, { VOID_PTR, RETURN_POINTER },
		{ FILE_S, RETURN_LARGE },     { UNION_FILE, RETURN_LARGE },
		{ 12345678, RETURN_UNKNOWN },
	};
	struct prototype_shape s = { .n_args = 77 };
	int id;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		id = btf__add_func_proto(kernel, table[i].id);
		CHECK(prototype_get_shape(kernel, (uint32_t)id, &s));
		CHECK_INT(s.returns, table[i].returns);
		CHECK(s.n_args == 0 && !s.variadic && !s.by_value);
	}
	id = btf__add_func_proto(kernel, INT);
	btf__add_func_param(kernel, "a", FILE_PTR);
	btf__add_func_param(kernel, "b", LONG_T);
	CHECK(prototype_get_shape(kernel, (uint32_t)id, &s));
	CHECK(s.n_args == 2 && !s.variadic && !s.by_value);
	btf__add_func_param(kernel, "c", FILE_S);
	CHECK(prototype_get_shape(kernel, (uint32_t)id, &s));
	CHECK(s.n_args == 3 && s.by_value);
	id = btf__add_func_proto(kernel, INT);
	btf__add_func_param(kernel, "format", CHAR_PTR);
	btf__add_func_param(kernel, "", 0);
	CHECK(prototype_get_shape(kernel, (uint32_t)id, &s));
	CHECK(s.n_args == 1 && s.variadic);
	s.n_args = 77;
	CHECK(!prototype_get_shape(kernel, INT, &s));
	CHECK(!prototype_get_shape(kernel, 1000000, &s));
	CHECK_INT(s.n_args, 77);
}

/* The author's BTF is input. */
static void test_hostile(void)
{
	int loop = btf__add_const(author, _LAST);
	int k = btf__add_func_proto(kernel, INT), a = btf__add_func_proto(author, INT);

	CHECK(!prototype_matches(kernel, (uint32_t)k, author, 1000000));
	CHECK(!prototype_matches(kernel, (uint32_t)k, author, INT));
	CHECK(prototype_matches(kernel, (uint32_t)k, author, (uint32_t)a));
	/* a qualifier of itself */
	((struct btf_type *)btf__type_by_id(author, (uint32_t)loop))->type = (uint32_t)loop;
	CHECK(!match(INT, INT, -1, INT, loop, -1));
	((struct btf_type *)btf__type_by_id(author, (uint32_t)loop))->type = 12345678;
	CHECK(!match(INT, INT, -1, INT, loop, -1));
	/* a pointer to itself, on both sides */
	loop = btf__add_ptr(author, INT);
	((struct btf_type *)btf__type_by_id(author, (uint32_t)loop))->type = (uint32_t)loop;
	CHECK(!match(INT, FILE_PTR_PTR, -1, INT, loop, -1));
	a = btf__add_func_proto(author, loop);
	CHECK(!prototype_to_string(author, (uint32_t)a, "endless"));
}

/* What libbpf would spell by recursion. */
static void test_deep(void)
{
	struct btf *b = btf__new_empty();
	int loop, proto;

	/* a structure that is spelt out, because it has no name, and has a pointer to itself */
	loop = btf__add_struct(b, NULL, 8);
	btf__add_field(b, "next", loop + 1, 0, 0);
	btf__add_ptr(b, loop);
	proto = btf__add_func_proto(b, loop);
	CHECK(!prototype_to_string(b, (uint32_t)proto, "endless"));
	/* a row of function types, each an argument of the next */
	proto = btf__add_func_proto(b, 0);
	for (int i = 0; i < 100; i++) {
		int inner = btf__add_ptr(b, proto);

		proto = btf__add_func_proto(b, 0);
		btf__add_func_param(b, "f", inner);
	}
	CHECK(!prototype_to_string(b, (uint32_t)proto, "deep"));
	btf__free(b);
}

/* What a body that is given registers says of ret f(n times arg). */
static const char *registers(int ret, int arg, int n)
{
	int id = btf__add_func_proto(author, ret);

	for (int i = 0; i < n; i++)
		btf__add_func_param(author, arg ? "x" : NULL, arg);
	return prototype_check_registers(author, (uint32_t)id);
}

static void test_registers(void)
{
	int wide = btf__add_int(author, "__int128", 16, 0);

	CHECK(!registers(0, INT, 0));
	CHECK(!registers(INT, BOOL, 6));
	CHECK(!registers(LONG_T, FILE_PTR, 6));
	CHECK(!registers(FUNC_PTR, ENUM, 1));
	CHECK(strstr(registers(INT, INT, 7) ?: "", "6 arguments"));
	CHECK(strstr(registers(INT, SMALL_FILE, 1) ?: "", "by value"));
	CHECK(strstr(registers(INT, UNION_FILE, 1) ?: "", "by value"));
	CHECK(strstr(registers(INT, wide, 1) ?: "", "by value"));
	CHECK(strstr(registers(INT, 0, 1) ?: "", "without end"));
	CHECK(strstr(registers(SMALL_FILE, INT, 1) ?: "", "returns"));
	CHECK(strstr(registers(wide, INT, 1) ?: "", "returns"));
	CHECK(prototype_check_registers(author, INT) != NULL);
	CHECK(prototype_check_registers(author, 1 << 20) != NULL);
}

static void test_text(void)
{
	int id = btf__add_func_proto(kernel, INT);
	char *text;

	btf__add_func_param(kernel, "m", FILE_PTR);
	btf__add_func_param(kernel, "v", VOID_PTR);
	text = prototype_to_string(kernel, (uint32_t)id, "show");
	CHECK_STR(text, "int show(struct file *m, void *v)");
	free(text);
	CHECK(!prototype_to_string(kernel, 1000000, "show"));
}

int main(void)
{
	kernel = make();
	author = make();
	if (!kernel || !author)
		return 1;
	RUN(test_numbers);
	RUN(test_pointers);
	RUN(test_by_value);
	RUN(test_shape);
	RUN(test_kinds);
	RUN(test_registers);
	RUN(test_text);
	RUN(test_hostile);
	RUN(test_deep);
	btf__free(kernel);
	btf__free(author);
	return unit_end();
}
