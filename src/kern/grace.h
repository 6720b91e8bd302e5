/* SPDX-License-Identifier: GPL-2.0-only */
/* Holds detached programs until no task can be inside them. */
#ifndef KLPD_KERN_GRACE_H
#define KLPD_KERN_GRACE_H

#include <stddef.h>

#include "kern/companion.h"

struct grace;

/*
 * Take over the program fds and their array, and run companion_barrier() on a separate thread. If
 * no thread can be created, waits here and sets *ret to NULL. Do not call inside a scope of raised
 * capabilities, because the thread would keep them. Errors: -errno of the barrier; the fds are
 * closed in that case as well.
 */
int grace_begin(struct companion *c, int *fds, size_t n, struct grace **ret);
/* For the event loop: readable when the wait is over. */
int grace_fd(const struct grace *g);
/* Wait if necessary, then free `g`, which may be NULL. Returns as companion_barrier(). */
int grace_end(struct grace *g);

#endif
