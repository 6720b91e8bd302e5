/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of companion.c and companion-look.c: all that they do with /dev/klp as a file. A test puts its
 * own companion_io_* in their place by linking, and answers as it likes. */
#ifndef KLPD_KERN_COMPANION_IO_H
#define KLPD_KERN_COMPANION_IO_H

#include <stddef.h>

#include "klp/uapi.h"

struct companion {
	int fd;
	struct klp_ioc_hello hello;
};

/* With the capabilities for it. 0 or -errno. */
int companion_ioctl(const struct companion *c, unsigned long request, void *arg);

/* An fd, non-blocking, or -errno; -ENOTTY: the name is no device. */
int companion_io_open(void);
/* 0 or -errno. */
int companion_io_call(int fd, unsigned long request, void *arg);
/* 0 if that much was read; -EIO less, or -errno. */
int companion_io_read(int fd, void *buffer, size_t size);

#endif
