/* SPDX-License-Identifier: GPL-2.0-only */
/* File descriptors: close them, read whole files, write whole buffers. */
#ifndef KLPD_UTIL_FD_UTIL_H
#define KLPD_UTIL_FD_UTIL_H

#include <stddef.h>

/* Close fd if it is >= 0, preserve errno, and return -EBADF: `fd = safe_close(fd);` */
int safe_close(int fd);

/*
 * Read fd from its current position to its end. *ret is malloc'ed and always followed by a NUL byte
 * that *ret_size does not count.
 *
 * Return: 0; -EFBIG if there are more than `max` bytes; or another negative errno.
 */
int read_fd_limited(int fd, size_t max, char **ret, size_t *ret_size);
/* read_fd_limited() for the file at `path`. */
int read_file_limited(const char *path, size_t max, char **ret, size_t *ret_size);

/* Write the whole buffer; short writes and EINTR are handled. 0 or negative errno. */
int write_fd_all(int fd, const void *data, size_t size);

#endif
