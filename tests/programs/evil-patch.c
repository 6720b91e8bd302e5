// SPDX-License-Identifier: GPL-2.0-only
/*
 * evil-patch KIND FROM TO - turn a valid patch file into one that its reader must refuse. KIND
 * names the fault; without arguments, all kinds are listed, one a line.
 *
 * The BTF is taken out, changed, and appended to the file, and its section header is set to that
 * place. Everything else stays as the compiler wrote it, so that a reader gets as far as the
 * fault.
 */
#include <elf.h>
#include <err.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM	(8U << 20)	/* bytes for additions */

struct patch {
	char *file;
	size_t size;		/* of the contents; the buffer has ROOM more */
	Elf64_Shdr *section;	/* .BTF */
	struct btf_header h;	/* of the new BTF */
	char *types, *strings;	/* its parts, each with ROOM bytes more */
	uint32_t n;		/* number of type ids, including void */
};

static Elf64_Shdr *find_section(char *file, const char *name)
{
	Elf64_Ehdr *header = (void *)file;
	Elf64_Shdr *sections = (void *)(file + header->e_shoff);
	const char *names = file + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++)
		if (strcmp(names + sections[i].sh_name, name) == 0)
			return &sections[i];
	errx(1, "no section %s", name);
}

static size_t type_size(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info), size = sizeof(*t);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return size + sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return size + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return size + n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return size + n * sizeof(struct btf_param);
	default:
		return size;
	}
}

/* The n-th type of this kind, counted from 0. */
static struct btf_type *find_type(struct patch *p, uint32_t kind, unsigned int n)
{
	for (size_t at = 0; at < p->h.type_len;) {
		struct btf_type *t = (void *)(p->types + at);

		if (BTF_INFO_KIND(t->info) == kind && n-- == 0)
			return t;
		at += type_size(t);
	}
	errx(1, "no type of kind %u", kind);
}

static uint32_t add(struct patch *p, uint32_t kind, uint32_t vlen, uint32_t size_or_type)
{
	struct btf_type t = { .info = kind << 24 | vlen, .type = size_or_type };

	memcpy(p->types + p->h.type_len, &t, sizeof(t));
	p->h.type_len += sizeof(t);
	return p->n++;
}

static void add_word(struct patch *p, uint32_t word)
{
	memcpy(p->types + p->h.type_len, &word, sizeof(word));
	p->h.type_len += sizeof(word);
}

/* Make `id` the type of the first argument of every function type that has arguments. */
static void all_take(struct patch *p, uint32_t id)
{
	for (size_t at = 0; at < p->h.type_len;) {
		struct btf_type *t = (void *)(p->types + at);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC_PROTO && BTF_INFO_VLEN(t->info) > 0)
			((struct btf_param *)(t + 1))->type = id;
		at += type_size(t);
	}
}

static void make_circle(struct patch *p)
{
	all_take(p, add(p, BTF_KIND_CONST, 0, p->n));
}

static void make_typedefs(struct patch *p)
{
	uint32_t id = add(p, BTF_KIND_TYPEDEF, 0, p->n + 1);

	(void)add(p, BTF_KIND_VOLATILE, 0, id);
	find_type(p, BTF_KIND_VAR, 0)->type = id;
}

/* A structure without a name that contains a pointer to itself. */
static void make_nameless(struct patch *p)
{
	uint32_t id = add(p, BTF_KIND_STRUCT, 1, 8);

	add_word(p, 0);
	add_word(p, id + 1);
	add_word(p, 0);
	all_take(p, add(p, BTF_KIND_PTR, 0, id));
}

static void make_row(struct patch *p)
{
	uint32_t id = 1;

	for (int i = 0; i < 200000; i++)
		id = add(p, BTF_KIND_CONST, 0, id);
	all_take(p, id);
}

/* Function types, each of which is an argument of the next. */
static void make_functions(struct patch *p)
{
	uint32_t id = 1;

	all_take(p, p->n + 2 * 100000 - 1);
	for (int i = 0; i < 100000; i++) {
		uint32_t proto = add(p, BTF_KIND_FUNC_PROTO, 1, 0);

		add_word(p, 0);
		add_word(p, id);
		id = add(p, BTF_KIND_PTR, 0, proto);
	}
}

static void make_size(struct patch *p)
{
	find_type(p, BTF_KIND_STRUCT, 0)->size = 0xfffffff0;
}

static void make_offset(struct patch *p)
{
	((struct btf_var_secinfo *)(find_type(p, BTF_KIND_DATASEC, 0) + 1))->offset = 0xfffffff0;
}

static void make_array(struct patch *p)
{
	((struct btf_array *)(find_type(p, BTF_KIND_ARRAY, 0) + 1))->nelems = 0xffffffff;
}

static void make_kind(struct patch *p)
{
	find_type(p, BTF_KIND_PTR, 0)->info = 31U << 24;
}

static void make_reference(struct patch *p)
{
	find_type(p, BTF_KIND_PTR, 0)->type = 0x7fffffff;
}

static void make_name(struct patch *p)
{
	find_type(p, BTF_KIND_STRUCT, 0)->name_off = 0x7fffffff;
}

static void make_cut(struct patch *p)
{
	p->h.type_len -= 6;
}

static void make_strings(struct patch *p)
{
	memset(p->strings + p->h.str_len - 4, 'x', 4);
}

static const struct kind {
	const char *name;
	void (*make)(struct patch *p);
} kinds[] = {
	{ "circle", make_circle },	{ "typedefs", make_typedefs },
	{ "nameless", make_nameless },	{ "row", make_row },
	{ "functions", make_functions },	{ "size", make_size },
	{ "offset", make_offset },	{ "array", make_array },
	{ "kind", make_kind },		{ "reference", make_reference },
	{ "name", make_name },		{ "cut", make_cut },
	{ "strings", make_strings },
};

static void read_patch(struct patch *p, const char *path)
{
	FILE *f = fopen(path, "re");
	const char *btf;

	if (!f)
		err(1, "%s", path);
	p->file = calloc(2, ROOM);
	p->types = calloc(1, ROOM);
	p->strings = calloc(1, ROOM);
	if (!p->file || !p->types || !p->strings)
		err(1, "memory");
	p->size = fread(p->file, 1, ROOM / 2, f);
	fclose(f);
	p->section = find_section(p->file, ".BTF");
	btf = p->file + p->section->sh_offset;
	memcpy(&p->h, btf, 24);
	memcpy(p->types, btf + p->h.hdr_len + p->h.type_off, p->h.type_len);
	memcpy(p->strings, btf + p->h.hdr_len + p->h.str_off, p->h.str_len);
	for (size_t at = 0; at < p->h.type_len; p->n++)
		at += type_size((void *)(p->types + at));
	p->n++;
}

static void append(struct patch *p, const void *data, size_t size)
{
	memcpy(p->file + p->size, data, size);
	p->size += size;
}

static void write_patch(struct patch *p, const char *path)
{
	FILE *f = fopen(path, "we");

	p->size = (p->size + 7) & ~7UL;
	p->section->sh_offset = p->size;
	p->h.hdr_len = 24;
	p->h.type_off = 0;
	p->h.str_off = p->h.type_len;
	append(p, &p->h, 24);
	append(p, p->types, p->h.type_len);
	append(p, p->strings, p->h.str_len);
	p->section->sh_size = p->size - p->section->sh_offset;
	if (!f || fwrite(p->file, 1, p->size, f) != p->size || fclose(f) != 0)
		err(1, "%s", path);
}

int main(int argc, char *argv[])
{
	struct patch p = { 0 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (argc == 1)
			puts(kinds[i].name);
		if (argc != 4 || strcmp(argv[1], kinds[i].name) != 0)
			continue;
		read_patch(&p, argv[2]);
		kinds[i].make(&p);
		write_patch(&p, argv[3]);
		return 0;
	}
	return argc == 1 ? 0 : 2;
}
