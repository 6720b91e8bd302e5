/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that were detached, held until no task can stand in them any more. */
#ifndef KLPD_KERN_GRACE_H
#define KLPD_KERN_GRACE_H

#include <stddef.h>

#include "kern/companion.h"

struct grace;

/*
 * Takes the program fds and their array over and waits on a thread of its own. *ret is NULL if it
 * is over already, because no thread could be had. Not inside a scope of raised capabilities: the
 * thread would keep them. Errors: -errno of the barrier; the fds are gone all the same.
 */
int grace_begin(struct companion *c, int *fds, size_t n, struct grace **ret);
/* For the event loop: readable when it is over. */
int grace_fd(const struct grace *g);
/* Waits for it if need be, and frees it. As companion_barrier(). NULL is fine. */
int grace_end(struct grace *g);

#endif
