/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Distinguishes maps, links and programs by the name that the kernel gives the anonymous inode of
 * each. Owns nothing. An fd of an unknown kind is of no kind.
 */
#include <stdio.h>
#include <unistd.h>

#include "kern/bpf-fd.h"
#include "util/macro.h"

static bool bpf_fd_is(int fd, const char *kind)
{
	char path[STRLEN("/proc/self/fd/") + 3 * sizeof(int) + 1], target[64];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return STREQ(target, kind);
}

bool bpf_fd_is_map(int fd)
{
	return bpf_fd_is(fd, "anon_inode:bpf-map");
}

bool bpf_fd_is_link(int fd)
{
	/* one that was made by attaching; one from a pin or by id */
	return bpf_fd_is(fd, "anon_inode:bpf_link") || bpf_fd_is(fd, "anon_inode:bpf-link");
}

bool bpf_fd_is_program(int fd)
{
	return bpf_fd_is(fd, "anon_inode:bpf-prog");
}
