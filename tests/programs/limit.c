// SPDX-License-Identifier: GPL-2.0-only
/* limit PID N: set the file descriptor limit (RLIMIT_NOFILE) of process PID to N. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

int main(int argc, char *argv[])
{
	struct rlimit limit;

	if (argc != 3) {
		fputs("usage: limit PID N\n", stderr);
		return 2;
	}
	limit.rlim_cur = limit.rlim_max = strtoul(argv[2], NULL, 10);
	if (prlimit((pid_t)strtol(argv[1], NULL, 10), RLIMIT_NOFILE, &limit, NULL) < 0) {
		perror("prlimit");
		return 1;
	}
	return 0;
}
