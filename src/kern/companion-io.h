/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal to companion.c and companion-look.c: every access to /dev/klp as a file. A test links
 * its own companion_io_*() instead and returns what it likes.
 */
#ifndef KLPD_KERN_COMPANION_IO_H
#define KLPD_KERN_COMPANION_IO_H

#include <stddef.h>

#include "klp/uapi.h"

struct companion {
	int fd;
	struct klp_ioc_hello hello;
};

/* Raises CAPS_COMPANION for the call. 0 or -errno. */
int companion_ioctl(const struct companion *c, unsigned long request, void *arg);

/* An fd, non-blocking, or -errno; -ENOTTY: KLP_DEVICE is not a device. */
int companion_io_open(void);
/* 0 or -errno. */
int companion_io_call(int fd, unsigned long request, void *arg);
/* 0 if `size` bytes were read; -EIO: fewer were; otherwise -errno. */
int companion_io_read(int fd, void *buffer, size_t size);

#endif
