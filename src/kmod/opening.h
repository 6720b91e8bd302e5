/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes functions of the kernel image attachable for fmod_ret, up to a cap. See opening.c. */
#ifndef KLP_KMOD_OPENING_H
#define KLP_KMOD_OPENING_H

#include <linux/types.h>

struct func;

/* Find the kernel's set. Returns -ENOEXEC if its place or layout is not the expected one. */
int klpm_opening_init(void);
/* Wait until none of the module's RCU callbacks runs. Sleeps. */
void klpm_opening_exit(void);
/* Entries in the kernel's set as of the last addition, those of others included. */
u32 klpm_opening_used(void);
/**
 * klpm_opening_add() - make functions attachable for fmod_ret, all of them or none
 * @f: functions; those that are attachable already cost nothing
 * @n: number of functions
 * @failed: on -ENOSPC, index of the first function without room
 *
 * Context: May sleep.
 * Return: 0, -ENOSPC beyond KLP_OPEN_CAP, or -ENOMEM.
 */
int klpm_opening_add(const struct func *f, u32 n, u32 *failed);

#endif
