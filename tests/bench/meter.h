/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tools for measuring. All clocks count nanoseconds, which under `run --icount` are guest
 * instructions: the work of one CPU takes that long however busy the host is.
 *
 * - meter_now(), meter_cpu(): the time, and the CPU time of this thread.
 * - The observer: a thread with the highest priority that needs the CPU every 100 us. With one
 *   CPU, its worst delay is the longest time in which the kernel could not, or would not, release
 *   the CPU. The delay includes the cost of waking the thread (see the idle figure).
 * - Spans: kprobes at both ends of an operation; the result is the longest time between them.
 */
#ifndef KLPD_TESTS_METER_H
#define KLPD_TESTS_METER_H

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long long ns_t;

static inline ns_t meter_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static inline ns_t meter_now(void)
{
	return meter_clock(CLOCK_MONOTONIC);
}

static inline ns_t meter_cpu(void)
{
	return meter_clock(CLOCK_THREAD_CPUTIME_ID);
}

/* ---- the observer ------------------------------------------------------------------------------ */

#define OBSERVER_PERIOD 100000ULL

static volatile bool observer_on;
static ns_t observer_worst;
static sem_t observer_go, observer_gone;

/* Sleeps in read(2) from a timerfd, which the measured patches do not touch. */
static inline void observer_run(void)
{
	struct timespec period = { .tv_nsec = OBSERVER_PERIOD };
	struct itimerspec t = { .it_interval = period };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	ns_t next = meter_now() + OBSERVER_PERIOD;
	unsigned long long n;

	observer_worst = 0;
	t.it_value = (struct timespec){ next / 1000000000, next % 1000000000 };
	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &t, NULL)) {
		perror("timerfd");
		exit(1);
	}
	/* `next` is the expiry time of the first of the n periods that read(2) reports. */
	for (; observer_on && read(fd, &n, sizeof(n)) == sizeof(n); next += n * OBSERVER_PERIOD) {
		ns_t now = meter_now();

		if (now > next && now - next > observer_worst)
			observer_worst = now - next;
	}
	close(fd);
}

static inline void *observer_thread(void *unused)
{
	(void)unused;
	for (;;) {
		sem_wait(&observer_go);
		observer_run();
		sem_post(&observer_gone);
	}
	return NULL;
}

static inline void observer_init(void)
{
	struct sched_param p = { .sched_priority = 99 };
	pthread_attr_t attr;
	pthread_t t;

	mlockall(MCL_CURRENT);
	sem_init(&observer_go, 0, 0);
	sem_init(&observer_gone, 0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &p);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	if (pthread_create(&t, &attr, observer_thread, NULL)) {
		perror("observer");
		exit(1);
	}
}

static inline void observer_begin(void)
{
	observer_on = true;
	sem_post(&observer_go);
}

static inline ns_t observer_end(void)
{
	observer_on = false;
	sem_wait(&observer_gone);
	return observer_worst;
}

/* ---- spans -------------------------------------------------------------------------------------- */

#define TRACEFS "/sys/kernel/tracing/"

static inline bool meter_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");
	bool good = f && fputs(text, f) >= 0;

	if (f && fclose(f))
		good = false;
	return good;
}

/* Measure from the probe `begin` to the probe `end`, e.g. "r klp:f" (its return), "p klp:g". */
static inline bool span_begin(const char *begin, const char *end)
{
	char text[512];

	meter_write(TRACEFS "events/bench/enable", "0");
	meter_write(TRACEFS "kprobe_events", "");
	meter_write(TRACEFS "trace", "");
	snprintf(text, sizeof(text), "%c:bench/from %s\n%c:bench/to %s\n", begin[0], begin + 2, end[0],
		 end + 2);
	return meter_write(TRACEFS "kprobe_events", text) &&
	       meter_write(TRACEFS "trace_clock", "x86-tsc") &&
	       meter_write(TRACEFS "events/bench/enable", "1");
}

struct span {
	ns_t longest, sum;
	unsigned int n;
};

static inline struct span span_end(void)
{
	struct span s = {};
	char line[512];
	ns_t from = 0;
	FILE *f;

	meter_write(TRACEFS "events/bench/enable", "0");
	f = fopen(TRACEFS "trace", "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *to = strstr(line, ": to: "), *event = to ?: strstr(line, ": from: ");
		ns_t at;

		if (line[0] == '#' || !event)
			continue;
		while (event > line && event[-1] != ' ')
			event--;
		at = strtoull(event, NULL, 10);
		if (!to) {
			from = at;
		} else if (from) {
			s.n++;
			s.sum += at - from;
			s.longest = at - from > s.longest ? at - from : s.longest;
			from = 0;
		}
	}
	if (f)
		fclose(f);
	meter_write(TRACEFS "kprobe_events", "");
	return s;
}

#endif
