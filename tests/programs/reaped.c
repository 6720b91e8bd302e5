// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints its pid. Then its thread klp_reaped ends and reaps itself, and the process waits to be
 * killed.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *reaped(void *arg)
{
	(void)arg;
	(void)prctl(PR_SET_NAME, "klp_reaped");
	return NULL;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, reaped, NULL))
		return 1;
	(void)printf("%d\n", getpid());
	(void)fflush(stdout);
	for (;;)
		(void)pause();
}
