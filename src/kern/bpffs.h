/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks that the bpffs that this process sees is the one of the system. A service may have a mount
 * namespace of its own, and a later mount or unmount changes what is visible.
 */
#ifndef KLPD_KERN_BPFFS_H
#define KLPD_KERN_BPFFS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 0: `path` is on a bpffs; -EINVAL: it is on another filesystem; otherwise -errno. */
int bpffs_check(const char *path);
/*
 * 0: pins below KLPD_BPFFS are where the whole system sees them. -EINVAL: there is no bpffs.
 * -EXDEV: process 1 has another bpffs there, or none. Returns 0 if the mounts of process 1 cannot
 * be read.
 */
int bpffs_check_system(void);
/* The device of the bpffs that this process sees at KLPD_BPFFS; 0: there is none. */
uint64_t bpffs_device(void);
/*
 * Find the device (as of makedev()) of the bpffs that is visible at `path` in a mountinfo file.
 * -ENOENT: no bpffs is visible there, or only a part of one.
 */
int bpffs_find(FILE *mountinfo, const char *path, uint64_t *ret_dev);

#endif
