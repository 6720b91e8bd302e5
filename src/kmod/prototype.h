/* SPDX-License-Identifier: GPL-2.0-only */
/* Prototypes of kernel functions as text. See prototype.c. */
#ifndef KLP_KMOD_PROTOTYPE_H
#define KLP_KMOD_PROTOTYPE_H

#include <linux/types.h>

struct btf;

#define PROTOTYPE_LEN	256

/*
 * Print the prototype of the function with this BTF id, cut to `room` bytes; "" if the id is no
 * function.
 */
void klpm_prototype_print(const struct btf *btf, u32 func, char *text, size_t room);

#endif
