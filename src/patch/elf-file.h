/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds sections by name in an untrusted BPF object file in memory. See elf-file.c. */
#ifndef KLPD_PATCH_ELF_FILE_H
#define KLPD_PATCH_ELF_FILE_H

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>

#include "shared/report.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(Elf, elf_end);

/*
 * Open the file. `data` is only read and must outlive *ret. OUTCOME_NOT_ELF: it is no BPF object.
 */
int elf_file_open(const void *data, size_t size, Elf **ret, struct report *report);
/* Whether all bytes of a section are inside a file of `size` bytes. */
bool elf_file_has(const GElf_Shdr *header, size_t size);

struct elf_section {
	const void *data;	/* NULL: the file has no such section */
	size_t size;
};

/*
 * Find a section. On 0 ret->data points into `data`, or is NULL if no section has this name.
 * OUTCOME_META_INVALID: two sections have it, or its bytes are compressed or not all inside the
 * file.
 */
int elf_file_find(Elf *elf, const void *data, size_t size, const char *name,
		  struct elf_section *ret, struct report *report);
/*
 * Check the file's BTF, if it has any, with btf_check(), so that libbpf may read it.
 * OUTCOME_META_INVALID.
 */
int elf_file_check_btf(const void *data, size_t size, struct report *report);

#endif
