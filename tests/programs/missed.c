// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many tasks on one CPU that all make the same call, for tests/guest/test-recursion-misses.sh.
 *
 *	missed THREADS RT SECONDS
 *
 * Starts THREADS threads and RT real-time threads, all on CPU 0, that write one byte to
 * /proc/test_klpd_recursion in a loop. The real-time threads sleep for half a millisecond between
 * writes, so that they preempt the others when they wake. Ends after SECONDS seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile bool done;
static char real_time;	/* its address marks a real-time thread */

static void broken(const char *what, int error)
{
	fprintf(stderr, "missed: %s: %s\n", what, strerror(error));
	exit(1);
}

static void *caller(void *rt)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	int fd = open("/proc/test_klpd_recursion", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		broken("open", ENOENT);
	while (!done) {
		if (write(fd, "K", 1) != 1)
			broken("write", EIO);
		if (rt)
			nanosleep(&pause, NULL);
	}
	close(fd);
	return NULL;
}

static pthread_t start(bool rt)
{
	const struct sched_param priority = { .sched_priority = rt ? 10 : 0 };
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t set;
	int r;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	pthread_attr_init(&attr);
	r = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (!r)
		r = pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	if (!r)
		r = pthread_attr_setschedpolicy(&attr, rt ? SCHED_FIFO : SCHED_OTHER);
	if (!r)
		r = pthread_attr_setschedparam(&attr, &priority);
	if (!r)
		r = pthread_create(&thread, &attr, caller, rt ? &real_time : NULL);
	if (r)
		broken("thread", r);
	return thread;
}

int main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[1]) : 0, rt = argc == 4 ? atoi(argv[2]) : 0;
	pthread_t threads[64];

	if (n + rt < 1 || n + rt > 64) {
		fputs("usage: missed THREADS RT SECONDS\n", stderr);
		return 2;
	}
	for (int i = 0; i < n + rt; i++)
		threads[i] = start(i >= n);
	sleep((unsigned int)atoi(argv[3]));
	done = true;
	for (int i = 0; i < n + rt; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
