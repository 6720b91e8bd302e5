// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steals the events of the companion from another process: copies that process's open /dev/klp,
 * reads until it has read a DONE, and prints how many events it took. So the other process loses
 * a DONE, whatever would cause such a loss in production.
 *
 *	thief PID
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "klp/uapi.h"

/* The number of the process's file descriptor for the device, or -1. */
static int find_device(const char *pid)
{
	char path[PATH_MAX], target[PATH_MAX];
	const struct dirent *e;
	int found = -1;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		if (!strcmp(target, KLP_DEVICE))
			found = atoi(e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int main(int argc, char **argv)
{
	struct klp_uapi_event event = { .type = 0 };
	struct pollfd p = { .events = POLLIN };
	int pidfd, theirs, taken = 0;

	if (argc != 2)
		return 2;
	theirs = find_device(argv[1]);
	pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	p.fd = theirs < 0 || pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	if (p.fd < 0) {
		perror("thief");
		return 1;
	}
	while (event.type != KLP_EVENT_DONE && poll(&p, 1, 60000) > 0)
		taken += read(p.fd, &event, sizeof(event)) == sizeof(event);
	printf("%d events\n", taken);
	return event.type == KLP_EVENT_DONE ? 0 : 1;
}
