/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports the tasks that a transition waits for, or waited for when it was reversed. */
#ifndef KLPD_KLPD_BLOCKERS_H
#define KLPD_KLPD_BLOCKERS_H

#include <systemd/sd-json.h>

#include "kern/companion.h"

#define BLOCKERS_STACKS_DEFAULT	32
#define BLOCKERS_STACKS_MAX	256	/* one stack has up to 16 KiB, a message up to 16 MiB */
#define BLOCKERS_USEC		1000000ULL
/* Limits for callers other than root. Root's next call has to wait while such a call is served. */
#define BLOCKERS_STACKS_OTHERS_MAX	32
#define BLOCKERS_OTHERS_USEC	100000ULL

/*
 * Make the array of type Blocker. The first `stacks` blockers get their stacks, until `usec`
 * microseconds have passed. `last` has the meaning that it has in companion_blockers().
 *
 * Return: 0 or -errno. The array is empty if there are no blockers; c may be NULL.
 */
int blockers_json(struct companion *c, bool last, uint64_t stacks, uint64_t usec,
		  sd_json_variant **ret);
/*
 * Text for the end of a sentence: "; ..." if this companion does not keep the blockers of a
 * reversed transition, else "".
 */
const char *blockers_unknown(const struct companion *c);
/*
 * Log the tasks that blocked the last transition when it was reversed, the first of them one by
 * one.
 */
void blockers_log(struct companion *c);

#endif
