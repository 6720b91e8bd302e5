/* SPDX-License-Identifier: GPL-2.0-only */
/* The BTF that the kernel keeps of itself and of its modules, as what its other ids are told with. */
#ifndef KLPD_KERN_KERNEL_BTF_H
#define KLPD_KERN_KERNEL_BTF_H

#include <stdint.h>

struct btf;

#define KERNEL_BTF_FILE	"/sys/kernel/btf/vmlinux"

/* That of `name`, "vmlinux" or a module: a new fd (CLOEXEC) or -ENOENT. Id and size (bytes) may be
 * NULL. */
int kernel_btf_open(const char *name, uint32_t *ret_id, uint32_t *ret_size);
/* That of vmlinux, to be freed; NULL and errno. */
struct btf *kernel_btf_read(void);

#endif
