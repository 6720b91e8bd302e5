/* SPDX-License-Identifier: GPL-2.0-only */
/* Many idle tasks: threads of a few processes, asleep in read(2) from a pipe. */
#ifndef KLPD_TESTS_CROWD_H
#define KLPD_TESTS_CROWD_H

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CROWD_PROCESS	500	/* threads of one process */
#define CROWD_MAX	20000

struct crowd {
	int n_processes;
	pid_t processes[CROWD_MAX / CROWD_PROCESS + 1];
	int n;
	pid_t (*tids)[2];		/* shared with the tasks: process, thread */
	int *ready;			/* number of tasks that are running */
};

static struct crowd *crowd_making;
static int crowd_pipe[2];
static void (*crowd_does)(void);

static inline void crowd_die(const char *what)
{
	perror(what);
	exit(1);
}

static inline void crowd_read(void)
{
	char c;

	(void)!read(crowd_pipe[0], &c, 1);
}

static inline void *crowd_thread(void *unused)
{
	int i = __atomic_fetch_add(crowd_making->ready, 1, __ATOMIC_SEQ_CST);

	(void)unused;
	crowd_making->tids[i][0] = getpid();
	crowd_making->tids[i][1] = syscall(SYS_gettid);
	crowd_does();
	for (;;)
		crowd_read();
	return NULL;
}

/* The first task of a process is its main thread. */
static inline void crowd_process(int n)
{
	pthread_attr_t attr;
	pthread_t t;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = 1; i < n; i++)
		if (pthread_create(&t, &attr, crowd_thread, NULL))
			crowd_die("pthread_create");
	crowd_thread(NULL);
}

static inline void crowd_pause(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/*
 * Create n tasks, each of which calls `does` and then sleeps forever. Returns when all are
 * running.
 */
static inline struct crowd *crowd_make(int n, void (*does)(void))
{
	struct crowd *c = calloc(1, sizeof(*c));
	size_t size = n * sizeof(*c->tids) + sizeof(int);

	if (!c || n > CROWD_MAX || (!crowd_pipe[1] && pipe(crowd_pipe)))
		crowd_die("crowd");
	c->n = n;
	c->tids = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c->tids == MAP_FAILED)
		crowd_die("mmap");
	c->ready = (int *)&c->tids[n];
	crowd_making = c;
	crowd_does = does ?: crowd_read;
	for (int left = n; left > 0; left -= CROWD_PROCESS) {
		pid_t pid = fork();

		if (pid < 0)
			crowd_die("fork");
		if (!pid)
			crowd_process(left < CROWD_PROCESS ? left : CROWD_PROCESS);
		c->processes[c->n_processes++] = pid;
	}
	while (__atomic_load_n(c->ready, __ATOMIC_SEQ_CST) < n)
		crowd_pause(20);
	/* Let them fall asleep; only the figures depend on it. */
	crowd_pause(500);
	return c;
}

static inline void crowd_signal(struct crowd *c, int sig)
{
	for (int i = 0; i < c->n; i++)
		syscall(SYS_tgkill, c->tids[i][0], c->tids[i][1], sig);
}

static inline void crowd_end(struct crowd *c)
{
	for (int i = 0; i < c->n_processes; i++)
		kill(c->processes[i], SIGKILL);
	for (int i = 0; i < c->n_processes; i++)
		waitpid(c->processes[i], NULL, 0);
	munmap(c->tids, c->n * sizeof(*c->tids) + sizeof(int));
	free(c);
}

#endif
