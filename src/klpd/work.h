/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work of a method that waits, deep inside, for the process that reads a patch file. While it waits
 * the event loop goes on. There is one such work at a time for a registry.
 */
#ifndef KLPD_KLPD_WORK_H
#define KLPD_KLPD_WORK_H

#include <systemd/sd-event.h>

#include "core/registry.h"
#include "util/coroutine.h"

struct work {
	sd_event *event;
	struct registry *registry;
	/* the work itself, in a coroutine: registry_use() is about it */
	void (*run)(void *userdata);
	/* in the loop again: run() has ended, and the work is the callee's */
	void (*ended)(void *userdata);
	void *userdata;
	/* ours */
	struct coroutine *coroutine;
	sd_event_source *ready, *late;
};

/* Begins. 0: ended() was called, or will be; -ENOMEM: it will not be. */
int work_begin(struct work *w);
/* Ends it where it waits: ended() has been called when this returns. */
void work_cancel(struct work *w);

#endif
