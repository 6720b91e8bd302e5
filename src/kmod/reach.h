/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that no transition can move tasks out of. See reach.c. */
#ifndef KLP_KMOD_REACH_H
#define KLP_KMOD_REACH_H

#include <linux/types.h>

struct func;

/* Learn the functions that idle tasks never leave. Returns 0 or -ENOMEM. Sleeps. */
int klpm_reach_init(void);
/**
 * klpm_reach_check() - check that a transition can move tasks out of functions
 * @f: functions; those of modules are not checked
 * @n: number of functions
 * @failed: on error, index of the function
 *
 * Return: 0, -ELOOP if an idle task or a kernel thread never leaves the function, -EOWNERDEAD if
 *   it runs only in tasks that are in no task list any more.
 */
int klpm_reach_check(const struct func *f, u32 n, u32 *failed);

#endif
