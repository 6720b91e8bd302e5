/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the bpffs that this process sees is the one that the system has. A service may see mounts
 * of its own, and a later mount or unmount changes what is seen.
 */
#ifndef KLPD_KERN_BPFFS_H
#define KLPD_KERN_BPFFS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 0: a bpffs is at this path; -EINVAL: something else; -errno. */
int bpffs_check(const char *path);
/*
 * 0: what is pinned below KLPD_BPFFS stands where all of the system see it. -EINVAL: there is no
 * bpffs; -EXDEV: process 1 has another one there, or none. If that cannot be found out it is 0.
 */
int bpffs_check_system(void);
/* The device of the bpffs that this process sees there; 0: there is none. */
uint64_t bpffs_device(void);
/*
 * From a mountinfo: the device (as makedev()) of the bpffs that is seen at `path`; -ENOENT: none is,
 * or not the whole of it.
 */
int bpffs_find(FILE *mountinfo, const char *path, uint64_t *ret_dev);

#endif
