/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens the BTF object of vmlinux or of a module by name. Its id tells to which BTF a link's type
 * ids refer. */
#ifndef KLPD_KERN_KERNEL_BTF_H
#define KLPD_KERN_KERNEL_BTF_H

#include <stdint.h>

struct btf;

#define KERNEL_BTF_FILE	"/sys/kernel/btf/vmlinux"

/*
 * A new fd (CLOEXEC) of the BTF of `name`, "vmlinux" or a module, or -ENOENT. `ret_id` and
 * `ret_size` (bytes) may be NULL.
 */
int kernel_btf_open(const char *name, uint32_t *ret_id, uint32_t *ret_size);
/* The BTF of vmlinux, to be freed by the caller; NULL with errno set. */
struct btf *kernel_btf_read(void);

#endif
