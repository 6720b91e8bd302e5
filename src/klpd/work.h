/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The work of a method that waits, deep in its call stack, for the process that reads a patch file.
 * The event loop continues while it waits. A registry has at most one such work at a time.
 */
#ifndef KLPD_KLPD_WORK_H
#define KLPD_KLPD_WORK_H

#include <systemd/sd-event.h>

#include "core/registry.h"
#include "util/coroutine.h"

struct work {
	sd_event *event;
	struct registry *registry;
	/* the work itself, in a coroutine that registry_use() belongs to */
	void (*run)(void *userdata);
	/* called from the event loop after run() has ended; the callee owns the work then */
	void (*ended)(void *userdata);
	void *userdata;
	/* private */
	struct coroutine *coroutine;
	sd_event_source *ready, *late;
};

/* Begin the work. 0 if ended() was called or will be; -ENOMEM if it will not be. */
int work_begin(struct work *w);
/* End the work at the point where it waits. ended() has been called when this returns. */
void work_cancel(struct work *w);

#endif
