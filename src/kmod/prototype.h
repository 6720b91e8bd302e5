/* SPDX-License-Identifier: GPL-2.0-only */
/* What a kernel function is called with, as text. See prototype.c. */
#ifndef KLP_KMOD_PROTOTYPE_H
#define KLP_KMOD_PROTOTYPE_H

#include <linux/types.h>

struct btf;

#define PROTOTYPE_LEN	256

/* Of the function with this BTF id; "" if it is none. What does not fit is cut off. */
void klpm_prototype_print(const struct btf *btf, u32 func, char *text, size_t room);

#endif
