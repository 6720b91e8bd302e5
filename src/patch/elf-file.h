/* SPDX-License-Identifier: GPL-2.0-only */
/* A BPF object file in memory, which is not trusted: its sections by name. See elf-file.c. */
#ifndef KLPD_PATCH_ELF_FILE_H
#define KLPD_PATCH_ELF_FILE_H

#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>

#include "shared/report.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(Elf, elf_end);

/* `data` is only read, and has to stay. OUTCOME_NOT_ELF: it is no BPF object. */
int elf_file_open(const void *data, size_t size, Elf **ret, struct report *report);
/* The bytes of a section are all in a file of `size` bytes. */
bool elf_file_has(const GElf_Shdr *header, size_t size);
/*
 * 0: *ret points into `data`, or is NULL if there is no section of this name.
 * OUTCOME_META_INVALID: there are two of them, or its bytes are not all in the file as they are.
 */
int elf_file_find(Elf *elf, const void *data, size_t size, const char *name, const void **ret,
		  size_t *ret_size, struct report *report);
/* If it has BTF, that is as btf_check() wants it, and libbpf may see it. OUTCOME_META_INVALID. */
int elf_file_check_btf(const void *data, size_t size, struct report *report);

#endif
