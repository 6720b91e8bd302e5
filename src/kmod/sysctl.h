/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to files below /proc/sys from the kernel. See sysctl.c. */
#ifndef KLP_KMOD_SYSCTL_H
#define KLP_KMOD_SYSCTL_H

#include <linux/types.h>

/**
 * klpm_sysctl_read() - read a setting
 * @name: path below /proc/sys
 * @buf: the value, NUL-terminated and cut to @size
 * @size: bytes of @buf
 *
 * Context: Sleeps.
 * Return: length of the value; -EINVAL if @name cannot be a setting; another negative errno.
 */
int klpm_sysctl_read(const char *name, char *buf, u32 size);
/**
 * klpm_sysctl_write() - write a setting
 * @name: path below /proc/sys
 * @text: the value, up to its NUL or @size
 * @size: bytes of @text
 *
 * Context: Sleeps.
 * Return: 0, or a negative errno as klpm_sysctl_read().
 */
int klpm_sysctl_write(const char *name, const char *text, u32 size);
/* Is a call of one of the two functions running? Any context. */
bool klpm_sysctl_is_busy(void);
int klpm_sysctl_init(void);
void klpm_sysctl_exit(void);

#endif
