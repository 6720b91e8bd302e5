// SPDX-License-Identifier: GPL-2.0-only
/* kern/btf-check: what is BTF, and one by one what only looks like it. */
#include <errno.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "patch/btf-check.h"
#include "unit.h"

#define INFO(kind, vlen)	((uint32_t)(kind) << 24 | (vlen))
#define FLAG			(1U << 31)

/* A BTF that is being written: types as 32-bit words, and the strings below. */
static uint32_t words[1 << 20];
static size_t n_words;
static uint32_t next_id;
static const char strings[] = "\0int\0name\0other";
enum { NO_NAME = 0, INT = 1, NAME = 5, OTHER = 10 };

static void begin(void)
{
	n_words = 0;
	next_id = 1;
}

static void word(uint32_t w)
{
	words[n_words++] = w;
}

/* Returns its id; what follows struct btf_type is to be added. */
static uint32_t type(uint32_t name, uint32_t info, uint32_t size_or_type)
{
	word(name);
	word(info);
	word(size_or_type);
	return next_id++;
}

static uint32_t add_int(void)
{
	uint32_t id = type(INT, INFO(BTF_KIND_INT, 0), 4);

	word(32);
	return id;
}

static uint32_t add_ref(unsigned int kind, uint32_t to)
{
	return type(kind == BTF_KIND_TYPEDEF ? NAME : NO_NAME, INFO(kind, 0), to);
}

static uint32_t add_array(uint32_t of, uint32_t n)
{
	uint32_t id = type(NO_NAME, INFO(BTF_KIND_ARRAY, 0), 0);

	word(of);
	word(1);
	word(n);
	return id;
}

/* One member, at bit `at`. */
static uint32_t add_struct(uint32_t name, uint32_t size, uint32_t of, uint32_t at)
{
	uint32_t id = type(name, INFO(BTF_KIND_STRUCT, 1), size);

	word(OTHER);
	word(of);
	word(at);
	return id;
}

static uint32_t add_proto(uint32_t ret, uint32_t argument)
{
	uint32_t id = type(NO_NAME, INFO(BTF_KIND_FUNC_PROTO, 1), ret);

	word(NAME);
	word(argument);
	return id;
}

static const struct btf_header good = {
	.magic = BTF_MAGIC,
	.version = BTF_VERSION,
	.hdr_len = 24,
};

/* NULL: it is good. Checked at the very end of a block, and not aligned, for the sanitizers. */
static const char *check_raw(const struct btf_header *h, const void *types, size_t size,
			     const char *text, size_t text_size)
{
	size_t all = 24 + size + text_size;
	char *block = malloc(all + 1), *data = block + 1;
	struct btf_fault fault = { 0, NULL };
	int r;

	memcpy(data, h, 24);
	memcpy(data + 24, types, size);
	memcpy(data + 24 + size, text, text_size);
	r = btf_check(data, all, &fault);
	free(block);
	return r == 0 ? NULL : r == -EINVAL && fault.why ? fault.why : "?";
}

static const char *check(void)
{
	struct btf_header h = good;

	h.type_len = h.str_off = (uint32_t)(n_words * sizeof(words[0]));
	h.str_len = sizeof(strings);
	return check_raw(&h, words, h.type_len, strings, sizeof(strings));
}

static void test_good(void)
{
	uint32_t s, proto, func;

	begin();
	CHECK_STR(check(), NULL);
	add_int();
	add_ref(BTF_KIND_PTR, 0);
	/* struct name { struct name *other; }, with the pointer after it */
	s = add_struct(NAME, 8, next_id + 1, 0);
	add_ref(BTF_KIND_PTR, s);
	add_array(s, 1000);
	add_array(1, 0);
	/* function types and tags */
	proto = add_proto(1, add_ref(BTF_KIND_TYPEDEF, add_ref(BTF_KIND_CONST, s)));
	func = type(NAME, INFO(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), proto);
	type(NAME, INFO(BTF_KIND_VAR, 0), s);
	word(1);
	type(OTHER, INFO(BTF_KIND_DATASEC, 2), 0);
	word(func), word(0), word(0);
	word(next_id - 2), word(16), word(8);
	type(NAME, INFO(BTF_KIND_DECL_TAG, 0), s);
	word(0);
	type(NAME, INFO(BTF_KIND_FLOAT, 0), 8);
	type(NAME, INFO(BTF_KIND_FWD, 0) | FLAG, 0);
	type(NAME, INFO(BTF_KIND_ENUM64, 1), 8);
	word(NAME), word(1), word(2);
	/* a bit field that ends where its structure ends */
	type(NO_NAME, INFO(BTF_KIND_STRUCT, 1) | FLAG, 4);
	word(NAME), word(1), word(7U << 24 | 25);
	CHECK_STR(check(), NULL);
}

static void test_header(void)
{
	struct btf_header h = good;
	uint32_t one[] = { INT, INFO(BTF_KIND_INT, 0), 4, 32 };
	struct btf_fault fault;

	h.type_len = h.str_off = sizeof(one);
	h.str_len = sizeof(strings);
#define HEADER(field, value) ({ struct btf_header b = h; b.field = (value); \
		check_raw(&b, one, sizeof(one), strings, sizeof(strings)); })
	CHECK_STR(HEADER(magic, BTF_MAGIC), NULL);
	CHECK_CONTAINS(HEADER(magic, 0x9feb), "version 1");
	CHECK_CONTAINS(HEADER(version, 2), "version 1");
	CHECK_CONTAINS(HEADER(flags, 1), "version 1");
	CHECK_CONTAINS(HEADER(hdr_len, 20), "another length");
	CHECK_CONTAINS(HEADER(hdr_len, 0xfffffffc), "another length");
	CHECK_CONTAINS(HEADER(type_off, 2), "another length");
	CHECK_CONTAINS(HEADER(type_off, 0xfffffffc), "not inside");
	CHECK_CONTAINS(HEADER(type_len, 0xfffffff0), "not inside");
	CHECK_CONTAINS(HEADER(type_len, 20), "not inside");
	CHECK_CONTAINS(HEADER(str_off, 0xfffffff0), "not inside");
	CHECK_CONTAINS(HEADER(str_off, 8), "not inside");
	CHECK_CONTAINS(HEADER(str_len, 0xfffffff0), "not inside");
	CHECK_CONTAINS(HEADER(str_len, 0), "no strings");
	CHECK_CONTAINS(HEADER(str_len, 3), "do not end");
	CHECK_CONTAINS(HEADER(type_len, 15), "cut off");
	CHECK_CONTAINS(HEADER(type_len, 8), "cut off");
	CHECK_INT(btf_check("", 0, &fault), -EINVAL);
	CHECK_INT(btf_check(&h, 23, &fault), -EINVAL);
}

static void test_kinds(void)
{
	static const uint32_t unknown[] = { 0, BTF_KIND_TYPE_TAG + 2, 25, 31 };

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		begin();
		type(NO_NAME, INFO(unknown[i], 0), 0);
		CHECK_CONTAINS(check(), "not known");
	}
	begin();
	type(NAME, INFO(BTF_KIND_STRUCT, 65535), 8);
	CHECK_CONTAINS(check(), "cut off");
}

static void test_names(void)
{
	begin();
	type(sizeof(strings), INFO(BTF_KIND_FWD, 0), 0);
	CHECK_CONTAINS(check(), "name");
	begin();
	type(NAME, INFO(BTF_KIND_ENUM, 1), 4);
	word(0xffffffff), word(0);
	CHECK_CONTAINS(check(), "name");
	begin();
	add_int();
	type(NAME, INFO(BTF_KIND_FUNC_PROTO, 1), 0);
	word(sizeof(strings)), word(1);
	CHECK_CONTAINS(check(), "name");
}

static void test_references(void)
{
	begin();
	add_ref(BTF_KIND_PTR, 2);
	CHECK_CONTAINS(check(), "not there");
	begin();
	add_int();
	add_proto(1, 0x80000000);
	CHECK_CONTAINS(check(), "not there");
	/* a function is no type that anything has, and has a function type itself */
	begin();
	add_int();
	type(NAME, INFO(BTF_KIND_FUNC, 0), 1);
	CHECK_CONTAINS(check(), "wrong kind");
	begin();
	type(NAME, INFO(BTF_KIND_FUNC, 0), add_proto(0, 0));
	add_ref(BTF_KIND_PTR, 2);
	CHECK_CONTAINS(check(), "wrong kind");
	begin();
	add_struct(NAME, 8, 0, 0);
	CHECK_CONTAINS(check(), "wrong kind");
}

/* One row per way that libbpf walks and does not come back from. */
static void test_circles(void)
{
	static const unsigned int kinds[] = {
		BTF_KIND_CONST, BTF_KIND_VOLATILE, BTF_KIND_RESTRICT, BTF_KIND_TYPEDEF,
		BTF_KIND_TYPE_TAG, BTF_KIND_PTR,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		begin();
		add_ref(kinds[i], 1);
		CHECK_CONTAINS(check(), "itself");
		begin();
		add_ref(kinds[i], 2);
		add_ref(BTF_KIND_CONST, 1);
		CHECK_CONTAINS(check(), "itself");
	}
	begin();
	add_int();
	add_array(next_id, 2);
	CHECK_CONTAINS(check(), "itself");
	/* a function that takes, or returns, a pointer to its like */
	begin();
	add_proto(0, 2);
	add_ref(BTF_KIND_PTR, 1);
	CHECK_CONTAINS(check(), "itself");
	begin();
	add_proto(2, 0);
	add_ref(BTF_KIND_PTR, 1);
	CHECK_CONTAINS(check(), "itself");
	/* a structure in itself; and without a name, not even by a pointer */
	begin();
	add_struct(NAME, 8, 1, 0);
	CHECK_CONTAINS(check(), "itself");
	begin();
	add_struct(NO_NAME, 8, 2, 0);
	add_ref(BTF_KIND_PTR, 1);
	CHECK_CONTAINS(check(), "itself");
}

static void test_rows(void)
{
	/* as long as it may be, from the end on and from the beginning on */
	for (int extra = 0; extra <= 1; extra++) {
		begin();
		add_int();
		for (uint32_t i = 1; i < BTF_CHECK_DEPTH_MAX + (uint32_t)extra; i++)
			add_ref(BTF_KIND_PTR, i);
		CHECK_STR(check(), extra ? "is a row of too many types" : NULL);
		begin();
		for (uint32_t i = 1; i < BTF_CHECK_DEPTH_MAX + (uint32_t)extra; i++)
			add_ref(BTF_KIND_PTR, i + 1);
		add_int();
		CHECK_STR(check(), extra ? "is a row of too many types" : NULL);
	}
	/* one that would take the stack of any walk by recursion */
	begin();
	for (uint32_t i = 1; i < 200000; i++)
		add_ref(BTF_KIND_CONST, i + 1);
	add_int();
	CHECK_CONTAINS(check(), "too many types");
}

static void test_sizes(void)
{
	begin();
	add_int();
	add_array(1, 0x40000000);
	CHECK_CONTAINS(check(), "too large");
	/* 2^32 bytes would be none in 32 bits */
	begin();
	add_int();
	add_array(add_array(1, 1 << 16), 1 << 14);
	CHECK_CONTAINS(check(), "too large");
	begin();
	type(NAME, INFO(BTF_KIND_STRUCT, 0), BTF_CHECK_SIZE_MAX + 1);
	CHECK_CONTAINS(check(), "too large");
	begin();
	add_int();
	type(NAME, INFO(BTF_KIND_VAR, 0), 1);
	word(1);
	type(OTHER, INFO(BTF_KIND_DATASEC, 1), 8);
	word(2), word(0xfffffff0), word(4);
	CHECK_CONTAINS(check(), "not inside");
	begin();
	add_int();
	add_struct(NAME, 4, 1, 8);
	CHECK_CONTAINS(check(), "not inside");
	begin();
	type(INT, INFO(BTF_KIND_INT, 0), 3);
	word(24);
	CHECK_CONTAINS(check(), "integer");
	begin();
	type(INT, INFO(BTF_KIND_INT, 0), 4);
	word(33);
	CHECK_CONTAINS(check(), "integer");
	begin();
	type(NAME, INFO(BTF_KIND_ENUM, 0), 5);
	CHECK_CONTAINS(check(), "enumeration");
	begin();
	type(NAME, INFO(BTF_KIND_FLOAT, 0), 0);
	CHECK_CONTAINS(check(), "floating");
}

int main(void)
{
	RUN(test_good);
	RUN(test_header);
	RUN(test_kinds);
	RUN(test_names);
	RUN(test_references);
	RUN(test_circles);
	RUN(test_rows);
	RUN(test_sizes);
	return unit_end();
}
