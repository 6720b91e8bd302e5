/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that no transition can move tasks out of. See reach.c. */
#ifndef KLP_KMOD_REACH_H
#define KLP_KMOD_REACH_H

#include <linux/types.h>

struct func;

/* -ENOMEM. Sleeps. */
int klpm_reach_init(void);
/* 0, or of the function *failed: -ELOOP an idle task or a kernel thread never leaves it,
 * -EOWNERDEAD only tasks run it that are in no list any more. Those of modules are not asked. */
int klpm_reach_check(const struct func *f, u32 n, u32 *failed);

#endif
