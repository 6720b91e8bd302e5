// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections of a BPF object file in memory.
 *
 * libelf finds the headers. Every offset and size from a header is compared with the size of the
 * file before data behind it is read: libelf checks only the data that it returns itself. A section
 * is not copied, so what is returned points into `data`.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "patch/btf-check.h"
#include "patch/elf-file.h"
#include "util/macro.h"

int elf_file_open(const void *data, size_t size, Elf **ret, struct report *report)
{
	Elf64_Ehdr header;
	Elf *elf;

	if (size < sizeof(header) || memcmp(data, ELFMAG, SELFMAG) != 0)
		return report_set(report, OUTCOME_NOT_ELF, "The file is not ELF");
	memcpy(&header, data, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_ident[EI_VERSION] != EV_CURRENT)
		return report_set(report, OUTCOME_NOT_ELF,
				  "The file is not a 64-bit little-endian ELF");
	if (header.e_type != ET_REL || header.e_machine != EM_BPF)
		return report_set(report, OUTCOME_NOT_ELF,
				  "The file is ELF, but not a BPF object (type %u, machine %u)",
				  header.e_type, header.e_machine);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return report_set(report, OUTCOME_SYSTEM, "libelf is of another ELF version");
	/* libelf only reads; its parameter is not const because it can also write */
	elf = elf_memory((char *)data, size);
	if (!elf)
		return report_set(report, OUTCOME_NOT_ELF, "The file is damaged: %s",
				  elf_errmsg(-1));
	*ret = elf;
	return 0;
}

bool elf_file_has(const GElf_Shdr *header, size_t size)
{
	return header->sh_type != SHT_NOBITS && header->sh_offset <= size &&
	       header->sh_size <= size - header->sh_offset;
}

int elf_file_find(Elf *elf, const void *data, size_t size, const char *name,
		  struct elf_section *ret, struct report *report)
{
	struct elf_section found = { .data = NULL };
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	*ret = found;
	if (elf_getshdrstrndx(elf, &names) < 0)
		return 0;
	while ((section = elf_nextscn(elf, section))) {
		const char *this;

		if (!gelf_getshdr(section, &header))
			return report_set(report, OUTCOME_META_INVALID,
					  "The file is damaged: %s", elf_errmsg(-1));
		this = elf_strptr(elf, names, header.sh_name);
		if (!this || !STREQ(this, name))
			continue;
		if (found.data)
			return report_set(report, OUTCOME_META_INVALID,
					  "The file has two sections %s", name);
		if (!elf_file_has(&header, size) || (header.sh_flags & SHF_COMPRESSED))
			return report_set(report, OUTCOME_META_INVALID,
					  "Section %s is compressed or not inside the file", name);
		found.data = (const char *)data + header.sh_offset;
		found.size = header.sh_size;
	}
	*ret = found;
	return 0;
}

int elf_file_check_btf(const void *data, size_t size, struct report *report)
{
	_cleanup_(elf_endp) Elf *elf = NULL;
	struct elf_section btf = { .data = NULL };
	struct btf_fault fault;
	int r;

	r = elf_file_open(data, size, &elf, report);
	if (r == 0)
		r = elf_file_find(elf, data, size, ".BTF", &btf, report);
	if (r != 0 || !btf.data)
		return r;
	r = btf_check(btf.data, btf.size, &fault);
	if (r != -EINVAL)
		return r;
	if (fault.type == 0)
		return report_set(report, OUTCOME_META_INVALID, "The file's BTF %s", fault.why);
	return report_set(report, OUTCOME_META_INVALID, "Type %u of the file's BTF %s", fault.type,
			  fault.why);
}
