/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grace periods of the kernel take from a tenth of a second to many seconds, and klpd must answer
 * requests meanwhile, so a thread waits. The thread makes one ioctl and shares nothing but its own
 * structure; everything else in klpd runs in one thread. grace_end() closes the fds, which no other
 * code knows. If klpd is killed, the kernel closes them when the thread's call is over.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "kern/grace.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define GRACE_STACK	(64 * 1024)

struct grace {
	struct companion *companion;
	pthread_t thread;
	int event_fd;
	int *fds;
	size_t n;
	int result;		/* the thread's until it is joined */
};

static void grace_free(struct grace *g)
{
	for (size_t i = 0; i < g->n; i++)
		safe_close(g->fds[i]);
	free(g->fds);
	safe_close(g->event_fd);
	free(g);
}
DEFINE_CLEANUP(struct grace, grace_free);

static void *grace_run(void *arg)
{
	struct grace *g = arg;

	g->result = companion_barrier(g->companion);
	/* cannot fail: there is no other writer */
	(void)eventfd_write(g->event_fd, 1);
	return NULL;
}

/* The thread blocks all signals, which are for the main thread. */
static int grace_start(struct grace *g)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int r;

	r = -pthread_attr_init(&attr);
	if (r < 0)
		return r;
	(void)pthread_attr_setstacksize(&attr, GRACE_STACK);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&g->thread, &attr, grace_run, g);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return r;
}

int grace_begin(struct companion *c, int *fds, size_t n, struct grace **ret)
{
	_cleanup_(grace_freep) struct grace *g = calloc(1, sizeof(*g));
	int r;

	*ret = NULL;
	if (!g) {
		r = companion_barrier(c);
		for (size_t i = 0; i < n; i++)
			safe_close(fds[i]);
		free(fds);
		return r;
	}
	g->companion = c;
	g->fds = fds;
	g->n = n;
	g->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->event_fd < 0 || grace_start(g) < 0)
		return companion_barrier(c);
	*ret = TAKE_PTR(g);
	return 0;
}

int grace_fd(const struct grace *g)
{
	return g->event_fd;
}

int grace_end(struct grace *g)
{
	int r;

	if (!g)
		return 0;
	(void)pthread_join(g->thread, NULL);
	r = g->result;
	grace_free(g);
	return r;
}
