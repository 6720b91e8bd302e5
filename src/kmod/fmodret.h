/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes functions of the kernel image attachable for fmod_ret, up to a cap. See fmodret.c. */
#ifndef KLP_KMOD_FMODRET_H
#define KLP_KMOD_FMODRET_H

#include <linux/types.h>

struct func;

/* Find the kernel's set. Returns -ENOEXEC if its place or layout is not the expected one. */
int klpm_fmodret_init(void);
/* Wait until none of the module's RCU callbacks runs. Sleeps. */
void klpm_fmodret_exit(void);
/* Entries in the kernel's set as of the last addition, those of others included. */
u32 klpm_fmodret_used(void);
/**
 * klpm_fmodret_add() - make functions attachable for fmod_ret, all of them or none
 * @f: functions; those that are attachable already cost nothing
 * @n: number of functions
 * @failed: on -ENOSPC, index of the first function without room
 *
 * Context: May sleep.
 * Return: 0, -ENOSPC beyond KLP_FMOD_RET_CAP, or -ENOMEM.
 */
int klpm_fmodret_add(const struct func *f, u32 n, u32 *failed);

#endif
