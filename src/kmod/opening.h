/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening functions of the kernel image for fmod_ret, within a cap. See opening.c. */
#ifndef KLP_KMOD_OPENING_H
#define KLP_KMOD_OPENING_H

#include <linux/types.h>

struct func;

/* Find the kernel's set. -ENOEXEC: it is not where and as we know it. */
int klpm_opening_init(void);
/* Afterwards no callback of ours runs. Sleeps. */
void klpm_opening_exit(void);
u32 klpm_opening_used(void);
/* All or nothing; what is open already costs nothing. -ENOSPC with *failed, -ENOMEM. May sleep. */
int klpm_opening_add(const struct func *f, u32 n, u32 *failed);

#endif
