// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resumes the coroutine of a work when the descriptor that it waits for is ready, or its time is
 * over. Owns the event sources of the work. While the work waits, it sets aside the part of the
 * registry that only the work may see, so that other calls can run.
 */
#include <stdbool.h>
#include <sys/epoll.h>

#include "klpd/work.h"
#include "util/macro.h"

/* sd-event uses epoll events, the coroutine poll(2) events; the bits used here are equal. */
_Static_assert(EPOLLIN == 0x001 && EPOLLOUT == 0x004, "epoll and poll differ");

static void work_step(struct work *w);

static int on_ready(sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_,
		    void *userdata)
{
	work_step(userdata);
	return 0;
}

static int on_late(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	work_step(userdata);
	return 0;
}

/* Call this before the descriptors that the sources watch are closed. */
static void work_forget_sources(struct work *w)
{
	w->ready = sd_event_source_disable_unref(w->ready);
	w->late = sd_event_source_disable_unref(w->late);
}

static bool work_wait(struct work *w, const struct coroutine_wish *wish)
{
	if (sd_event_add_io(w->event, &w->ready, wish->fd, (uint32_t)wish->events, on_ready, w) >=
		    0 &&
	    sd_event_add_time(w->event, &w->late, CLOCK_MONOTONIC, wish->deadline_ms * 1000, 1,
			      on_late, w) >= 0)
		return true;
	work_forget_sources(w);
	return false;
}

static void work_step(struct work *w)
{
	struct coroutine_wish wish;
	bool ended;

	work_forget_sources(w);
	registry_go_on(w->registry);
	/* if the event loop takes no source, wait right here */
	while (!(ended = coroutine_resume(w->coroutine, &wish)) && !work_wait(w, &wish))
		(void)coroutine_wait(wish.fd, wish.events, wish.deadline_ms);
	if (!ended) {
		registry_pause(w->registry);
		return;
	}
	w->coroutine = coroutine_free(w->coroutine);
	w->ended(w->userdata);
}

int work_begin(struct work *w)
{
	int r = coroutine_new(w->run, w->userdata, &w->coroutine);

	if (r == 0)
		work_step(w);
	return r;
}

void work_cancel(struct work *w)
{
	coroutine_cancel(w->coroutine);
	work_step(w);
}
