// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the companion's events. Promises:
 *
 * - Each event of a transition is taken as soon as it is read; none waits for another one.
 * - OBJECT events only tell klpd to look. A look at all that is in force is expensive, and a system
 *   may load modules for as long as it likes, so all OBJECT events that are read together cost one
 *   look, and so do all that come while klpd rests after it. After the last event there is a look.
 */
#include <stdbool.h>
#include <time.h>

#include "klpd/manager-companion.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

#define EVENTS_AT_ONCE	64

struct manager_companion {
	sd_event_source *source;
	sd_event_source *rest;	/* after an OBJECT event; NULL: klpd does not rest */
	bool object;		/* an OBJECT event came while klpd rested */
};

static uint64_t companion_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int on_rest(sd_event_source *source, uint64_t usec, void *userdata);

/* Tell the observer of all OBJECT events until now, or later if klpd rests. */
static void companion_object(struct manager *m)
{
	struct manager_companion *c = m->companion;
	uint64_t began = companion_now();

	c->object = c->rest != NULL;
	if (c->object)
		return;
	manager_observe(m, MANAGER_OBJECT);
	/* if the event loop takes no source, there is no rest */
	(void)sd_event_add_time_relative(m->event, &c->rest, CLOCK_MONOTONIC,
					 MANAGER_OBJECT_REST * (companion_now() - began), 0, on_rest,
					 m);
}

static int on_rest(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	struct manager *m = userdata;

	m->companion->rest = sd_event_source_disable_unref(m->companion->rest);
	if (m->companion->object)
		companion_object(m);
	return 0;
}

static int on_companion(sd_event_source *source, int fd _unused_, uint32_t revents _unused_,
			void *userdata)
{
	struct manager *m = userdata;
	struct klp_uapi_event event;
	bool object = false;
	int r = 0;

	/* bounded, so that clients are served in between */
	for (size_t i = 0; i < EVENTS_AT_ONCE; i++) {
		r = companion_read_event(m->registry->companion, &event);
		if (r < 0)
			break;
		if (event.type == KLP_EVENT_OBJECT)
			object = true;
		else
			manager_take_event(m, &event);
	}
	manager_follow(m);
	if (object)
		companion_object(m);
	if (r == 0 || r == -EAGAIN)
		return 0;
	log_error_errno(r, "Cannot read the companion's events, no longer listening: %m");
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

int manager_listen(struct manager *m)
{
	int r;

	if (!m->registry->companion || m->companion)
		return 0;
	m->companion = calloc(1, sizeof(*m->companion));
	if (!m->companion)
		return -ENOMEM;
	r = sd_event_add_io(m->event, &m->companion->source, companion_fd(m->registry->companion),
			    EPOLLIN, on_companion, m);
	if (r < 0)
		manager_companion_done(m);
	return r;
}

void manager_companion_done(struct manager *m)
{
	if (!m->companion)
		return;
	sd_event_source_disable_unref(m->companion->source);
	sd_event_source_disable_unref(m->companion->rest);
	free(m->companion);
	m->companion = NULL;
}
