// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metadata of an ELF file: a small BPF object is built by hand, must be accepted, and is then
 * damaged in one place at a time. Every copy has the exact size of its file, so that ASan sees a
 * read behind it.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "unit.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(struct meta, meta_free);
#define _cleanup_meta_ _cleanup_(meta_freep)
#define _cleanup_report_ _cleanup_(report_done)

#define INFO "format=1\0name=demo\0version=1\0func=vmlinux:0:fmod_ret:f:body"

enum { S_NULL, S_TEXT, S_INFO, S_SYMTAB, S_STRTAB, S_NAMES, _S_MAX };

struct file {
	Elf64_Ehdr header;
	uint64_t text[2];
	char info[sizeof(INFO)];
	Elf64_Sym symbols[3] __attribute__((aligned(8)));
	char strings[16];
	char names[48];
	Elf64_Shdr sections[_S_MAX] __attribute__((aligned(8)));
};

#define SECTION(n, t, field) \
	{ .sh_name = (n), .sh_type = (t), .sh_offset = offsetof(struct file, field), \
	  .sh_size = sizeof(((struct file *)0)->field), .sh_addralign = 1 }

static const struct file good = {
	.header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL, .e_machine = EM_BPF, .e_version = EV_CURRENT,
		.e_shoff = offsetof(struct file, sections), .e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = _S_MAX, .e_shstrndx = S_NAMES,
	},
	.info = INFO,
	.symbols = {
		[1] = { .st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			.st_shndx = S_TEXT, .st_size = 16 },
		[2] = { .st_name = 6, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
			.st_shndx = S_TEXT },
	},
	.strings = "\0body\0data",
	.names = "\0.text\0.klp.info\0.symtab\0.strtab\0.shstrtab",
	.sections = {
		[S_TEXT] = SECTION(1, SHT_PROGBITS, text),
		[S_INFO] = SECTION(7, SHT_PROGBITS, info),
		[S_SYMTAB] = { .sh_name = 17, .sh_type = SHT_SYMTAB, .sh_link = S_STRTAB,
			       .sh_offset = offsetof(struct file, symbols),
			       .sh_size = sizeof(((struct file *)0)->symbols), .sh_info = 1,
			       .sh_entsize = sizeof(Elf64_Sym), .sh_addralign = 8 },
		[S_STRTAB] = SECTION(25, SHT_STRTAB, strings),
		[S_NAMES] = SECTION(33, SHT_STRTAB, names),
	},
};

static struct meta *const poison = (struct meta *)(uintptr_t)0x5a5a5a5a;

static void check_file(const struct file *f, size_t size, int wanted, const char *words)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	_cleanup_free_ void *copy = malloc(size ? size : 1);
	struct meta *m = poison;

	CHECK(copy);
	memcpy(copy, f, size);
	CHECK_INT(meta_from_elf(copy, size, &m, &r), wanted);
	if (wanted == 0) {
		CHECK_STR(m->name, "demo");
		meta_free(m);
		return;
	}
	CHECK(m == poison);
	CHECK_INT(r.outcome, wanted);
	if (words)
		CHECK_CONTAINS(r.detail, words);
}

/* The good file with one assignment made to it. */
#define DAMAGED(assignment, wanted, words) do { \
		struct file damaged = good; \
		damaged.assignment; \
		check_file(&damaged, sizeof(damaged), wanted, words); \
		if (unit.bad) \
			UNIT_FAIL("after %s", #assignment); \
	} while (0)

static void test_good(void)
{
	check_file(&good, sizeof(good), 0, NULL);
}

static void test_find_section(void)
{
	const void *section = NULL;
	size_t size = 0;

	CHECK_INT(meta_find_section(&good, sizeof(good), &section, &size, NULL), 0);
	CHECK(section == good.info);
	CHECK_INT(size, sizeof(INFO));
}

static void test_not_elf(void)
{
	check_file(&good, 0, OUTCOME_NOT_ELF, "not ELF");
	check_file(&good, sizeof(Elf64_Ehdr) - 1, OUTCOME_NOT_ELF, "not ELF");
	DAMAGED(header.e_ident[0] = 0, OUTCOME_NOT_ELF, "not ELF");
	DAMAGED(header.e_ident[EI_CLASS] = ELFCLASS32, OUTCOME_NOT_ELF, "64-bit");
	DAMAGED(header.e_ident[EI_DATA] = ELFDATA2MSB, OUTCOME_NOT_ELF, "64-bit");
	DAMAGED(header.e_ident[EI_VERSION] = 0, OUTCOME_NOT_ELF, "64-bit");
	DAMAGED(header.e_type = ET_EXEC, OUTCOME_NOT_ELF, "not a BPF object");
	DAMAGED(header.e_machine = EM_X86_64, OUTCOME_NOT_ELF, "not a BPF object");
}

static void test_no_metadata(void)
{
	DAMAGED(header.e_shnum = 0, OUTCOME_NO_METADATA, NULL);
	DAMAGED(header.e_shstrndx = 99, OUTCOME_NO_METADATA, NULL);
	DAMAGED(names[8] = 'x', OUTCOME_NO_METADATA, "no section .klp.info");
	DAMAGED(sections[S_INFO].sh_name = 0xffffff, OUTCOME_NO_METADATA, "no section .klp.info");
	check_file(&good, sizeof(Elf64_Ehdr), OUTCOME_NO_METADATA, NULL);
}

static void test_bad_section(void)
{
	const struct file *f = &good;

	DAMAGED(sections[S_INFO].sh_offset = sizeof(*f), OUTCOME_META_INVALID, "not inside");
	DAMAGED(sections[S_INFO].sh_offset = UINT64_MAX, OUTCOME_META_INVALID, "not inside");
	DAMAGED(sections[S_INFO].sh_size = UINT64_MAX, OUTCOME_META_INVALID, "not inside");
	DAMAGED(sections[S_INFO].sh_size = sizeof(*f), OUTCOME_META_INVALID, "not inside");
	DAMAGED(sections[S_INFO].sh_type = SHT_NOBITS, OUTCOME_META_INVALID, "not inside");
	DAMAGED(sections[S_INFO].sh_flags = SHF_COMPRESSED, OUTCOME_META_INVALID, "compressed");
	DAMAGED(sections[S_INFO].sh_size -= 1, OUTCOME_META_INVALID, "has no end");
	DAMAGED(sections[S_INFO].sh_size = 0, OUTCOME_META_INVALID, "no format=");
	DAMAGED(sections[S_TEXT].sh_name = 7, OUTCOME_META_INVALID, "two sections");
}

static void test_programs(void)
{
#define GONE "names program 'body', which is not a function"
	DAMAGED(strings[1] = 'x', OUTCOME_META_INVALID, GONE);
	DAMAGED(symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), OUTCOME_META_INVALID,
		GONE);
	DAMAGED(symbols[1].st_shndx = SHN_UNDEF, OUTCOME_META_INVALID, GONE);
	DAMAGED(symbols[1].st_name = UINT32_MAX, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_SYMTAB].sh_type = SHT_PROGBITS, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_SYMTAB].sh_offset = UINT64_MAX, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_SYMTAB].sh_size = UINT64_MAX, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_SYMTAB].sh_entsize = 1, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_SYMTAB].sh_link = 99, OUTCOME_META_INVALID, GONE);
	DAMAGED(sections[S_STRTAB].sh_offset = UINT64_MAX, OUTCOME_META_INVALID, GONE);
#undef GONE
}

/* Cut after every byte: never accepted, never read beyond. */
static void test_truncated(void)
{
	for (size_t size = 0; size < sizeof(good); size++) {
		_cleanup_free_ void *copy = malloc(size ? size : 1);
		struct meta *m = poison;

		CHECK(copy);
		memcpy(copy, &good, size);
		CHECK(meta_from_elf(copy, size, &m, NULL) > 0);
		CHECK(m == poison);
	}
}

/* Each byte set to each of three values: whatever comes of it, it is one or the other. */
static void test_mutated(void)
{
	static const unsigned char values[] = { 0x00, 0x80, 0xff };

	for (size_t i = 0; i < sizeof(good) * ARRAY_SIZE(values); i++) {
		_cleanup_free_ unsigned char *copy = malloc(sizeof(good));
		struct meta *m = NULL;
		int r;

		CHECK(copy);
		memcpy(copy, &good, sizeof(good));
		copy[i / ARRAY_SIZE(values)] = values[i % ARRAY_SIZE(values)];
		r = meta_from_elf(copy, sizeof(good), &m, NULL);
		CHECK(r >= 0 && (r == 0) == (m != NULL));
		meta_free(m);
	}
}

int main(void)
{
	RUN(test_good);
	RUN(test_find_section);
	RUN(test_not_elf);
	RUN(test_no_metadata);
	RUN(test_bad_section);
	RUN(test_programs);
	RUN(test_truncated);
	RUN(test_mutated);
	return unit_end();
}
