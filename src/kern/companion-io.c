// SPDX-License-Identifier: GPL-2.0-only
/* The system calls on /dev/klp and nothing else. companion.c checks what they return. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/companion-io.h"
#include "klp/uapi.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

int companion_io_open(void)
{
	_cleanup_close_ int fd = open(KLP_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno_negative();
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	return TAKE_FD(fd);
}

int companion_io_call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? errno_negative() : 0;
}

int companion_io_read(int fd, void *buffer, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buffer, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno_negative();
	return (size_t)n == size ? 0 : -EIO;
}
