/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File descriptors.
 *
 * Reading a file never relies on the size from stat(2), because files in /proc have size 0 and
 * others may grow during the read. It reads until the end, or until one byte more than the limit
 * has arrived; the buffer doubles as needed. Descriptors opened here are close-on-exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fd-util.h"

#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define READ_CHUNK ((size_t)4096)

int safe_close(int fd)
{
	PROTECT_ERRNO;

	/* Linux frees the fd whatever close() returns, so never repeat it and report nothing */
	if (fd >= 0)
		(void)close(fd);
	return -EBADF;
}

/* Make room for at least one byte more than `used`, and for the final NUL. */
static int buffer_grow(char **buffer, size_t *room, size_t used, size_t max)
{
	size_t wanted = MAX(READ_CHUNK, *room * 2);
	char *p;

	if (used < *room)
		return 0;
	/* one byte above the limit distinguishes "too big" from "just fits" */
	if (max < wanted)
		wanted = MAX(max, used) + 1;
	p = realloc(*buffer, wanted + 1);
	if (!p)
		return -ENOMEM;
	*buffer = p;
	*room = wanted;
	return 0;
}

int read_fd_limited(int fd, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_free_ char *buffer = NULL;
	size_t room = 0, used = 0;
	ssize_t n;
	int r;

	if (max > SIZE_MAX / 4)
		return -EINVAL;
	for (;;) {
		r = buffer_grow(&buffer, &room, used, max);
		if (r < 0)
			return r;
		n = read(fd, buffer + used, room - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno_negative();
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max)
			return -EFBIG;
	}
	buffer[used] = '\0';
	*ret = TAKE_PTR(buffer);
	*ret_size = used;
	return 0;
}

int read_file_limited(const char *path, size_t max, char **ret, size_t *ret_size)
{
	_cleanup_close_ int fd = -EBADF;

	fd = RET_NERRNO(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
	if (fd < 0)
		return fd;
	return read_fd_limited(fd, max, ret, ret_size);
}

int write_fd_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno_negative();
		if (n == 0)
			return -EIO;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}
