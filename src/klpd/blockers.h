/* SPDX-License-Identifier: GPL-2.0-only */
/* The tasks that a transition waits for, or waited for when it was turned round. */
#ifndef KLPD_KLPD_BLOCKERS_H
#define KLPD_KLPD_BLOCKERS_H

#include <systemd/sd-json.h>

#include "kern/companion.h"

#define BLOCKERS_STACKS_DEFAULT	32
#define BLOCKERS_STACKS_MAX	256	/* each may have 16 KiB, and a message 16 MiB */
#define BLOCKERS_USEC		1000000ULL
/* Others than root may ask for less at a time: root's next call waits for it. */
#define BLOCKERS_STACKS_OTHERS_MAX	32
#define BLOCKERS_OTHERS_USEC	100000ULL

/*
 * Type Blocker, an array; with the stacks of the first `stacks`, as far as it takes no longer than
 * `usec`. `last`: as companion_blockers().
 * Empty if there are none; c may be NULL. Negative errno.
 */
int blockers_json(struct companion *c, bool last, uint64_t stacks, uint64_t usec,
		  sd_json_variant **ret);
/* "; ..." if this companion does not keep what was in the way, else "": for the end of a sentence. */
const char *blockers_unknown(const struct companion *c);
/* Those that were in the way at the last turn, in the log: the first of them one by one. */
void blockers_log(struct companion *c);

#endif
