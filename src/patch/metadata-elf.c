// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the metadata section of an ELF file in memory, and checks that the programs it names exist.
 * The section is not copied: what is returned points into `data`.
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "patch/metadata.h"
#include "patch/metadata-text.h"
#include "patch/elf-file.h"
#include "util/cleanup.h"
#include "util/macro.h"

DEFINE_CLEANUP(struct meta, meta_free);

/* A program that the metadata names; found: the file has a function symbol of this name. */
struct wanted {
	const char *program;
	bool found;
};

static int section_find(Elf *elf, const void *data, size_t size, struct elf_section *ret,
			struct report *report)
{
	int r = elf_file_find(elf, data, size, KLP_META_SECTION, ret, report);

	if (r == 0 && !ret->data)
		return report_set(report, OUTCOME_NO_METADATA, "The file has no section %s",
				  KLP_META_SECTION);
	return r;
}

int meta_find_section(const void *data, size_t size, const void **ret, size_t *ret_size,
		      struct report *report)
{
	_cleanup_(elf_endp) Elf *elf = NULL;
	struct elf_section section = { .data = NULL };
	int r;

	r = elf_file_open(data, size, &elf, report);
	if (r == 0)
		r = section_find(elf, data, size, &section, report);
	if (r != 0)
		return r;
	*ret = section.data;
	*ret_size = section.size;
	return 0;
}

static int wanted_compare(const void *a, const void *b)
{
	return strcmp(((const struct wanted *)a)->program, ((const struct wanted *)b)->program);
}

/* Mark the wanted programs that this symbol table defines as functions. */
static void symbols_mark(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			 struct wanted *wanted, size_t n)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n_symbols = data ? data->d_size / sizeof(Elf64_Sym) : 0;
	GElf_Sym symbol;

	for (size_t i = 0; i < n_symbols && gelf_getsym(data, (int)i, &symbol); i++) {
		struct wanted key = { 0 }, *hit;

		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF)
			continue;
		key.program = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (!key.program)
			continue;
		hit = bsearch(&key, wanted, n, sizeof(*wanted), wanted_compare);
		if (hit)
			hit->found = true;
	}
}

static size_t wanted_collect(const struct meta *m, struct wanted *wanted)
{
	size_t n = 0, n_unique = 0;

	for (size_t i = 0; i < m->n_funcs; i++)
		wanted[n++].program = m->funcs[i].program;
	for (size_t i = 0; i < m->n_callbacks; i++)
		wanted[n++].program = m->callbacks[i].program;
	qsort(wanted, n, sizeof(*wanted), wanted_compare);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !STREQ(wanted[i].program, wanted[n_unique - 1].program))
			wanted[n_unique++] = wanted[i];
	return n_unique;
}

static int programs_check(Elf *elf, size_t size, const struct meta *m,
			  struct report *report)
{
	_cleanup_free_ struct wanted *wanted = NULL;
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t n;

	wanted = calloc(MAX(m->n_funcs + m->n_callbacks, (size_t)1), sizeof(*wanted));
	if (!wanted)
		return -ENOMEM;
	n = wanted_collect(m, wanted);
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		if (elf_file_has(&header, size) && header.sh_entsize == sizeof(Elf64_Sym))
			symbols_mark(elf, section, &header, wanted, n);
	}
	for (size_t i = 0; i < n; i++)
		if (!wanted[i].found)
			return report_set(report, OUTCOME_META_INVALID,
					  "The metadata names program '%s', which is not a "
					  "function in the file", wanted[i].program);
	return 0;
}

int meta_from_elf(const void *data, size_t size, struct meta **ret, struct report *report)
{
	_cleanup_(meta_freep) struct meta *m = NULL;
	_cleanup_(elf_endp) Elf *elf = NULL;
	struct elf_section section = { .data = NULL };
	int r;

	r = elf_file_open(data, size, &elf, report);
	if (r == 0)
		r = section_find(elf, data, size, &section, report);
	if (r == 0)
		r = meta_from_section(section.data, section.size, &m, report);
	if (r != 0)
		return r;
	r = programs_check(elf, size, m, report);
	if (r != 0) {
		report_names(report, m->name, NULL, NULL);
		return r;
	}
	*ret = TAKE_PTR(m);
	return 0;
}
