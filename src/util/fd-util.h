/* SPDX-License-Identifier: GPL-2.0-only */
/* File descriptors: letting go of them, reading whole files, writing whole buffers. */
#ifndef KLPD_UTIL_FD_UTIL_H
#define KLPD_UTIL_FD_UTIL_H

#include <stddef.h>

/* Close fd if it is one (>= 0), keep errno, return -EBADF: `fd = safe_close(fd);` */
int safe_close(int fd);

/*
 * Read fd from where it stands to its end: 0, *ret malloc'ed and always followed by a NUL byte that
 * *ret_size does not count. -EFBIG if there are more than `max` bytes. Returns negative errno.
 */
int read_fd_limited(int fd, size_t max, char **ret, size_t *ret_size);
/* As read_fd_limited(), of the file at `path`. */
int read_file_limited(const char *path, size_t max, char **ret, size_t *ret_size);

/* Write all of it, also through short writes and EINTR. 0 or negative errno. */
int write_fd_all(int fd, const void *data, size_t size);

#endif
