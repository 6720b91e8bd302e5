/* SPDX-License-Identifier: GPL-2.0-only */
/* Files below /proc/sys, read and written by the kernel itself. See sysctl.c. */
#ifndef KLP_KMOD_SYSCTL_H
#define KLP_KMOD_SYSCTL_H

#include <linux/types.h>

/* What it says, NUL-terminated, cut to `size`; its length. -EINVAL: no such name can be. Sleeps. */
int klpm_sysctl_read(const char *name, char *buf, u32 size);
/* The text up to the NUL or `size`; 0. */
int klpm_sysctl_write(const char *name, const char *text, u32 size);
/* Is somebody in one of the two? Any context. */
bool klpm_sysctl_is_busy(void);
int klpm_sysctl_init(void);
void klpm_sysctl_exit(void);

#endif
