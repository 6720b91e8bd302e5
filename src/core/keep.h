/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps what is in force pinned while klpd runs: pins that were taken away are made again from what
 * klpd holds, so that a klpd that comes finds all there is.
 */
#ifndef KLPD_CORE_KEEP_H
#define KLPD_CORE_KEEP_H

#include "core/registry.h"

/*
 * Look whether the gates word and all sets are pinned in the system's bpffs, and pin what is not.
 * True: it is not as at the last look. What it finds is in the sets (unpinned, repinned) and in
 * `place`.
 */
bool keep_look(struct registry *reg);
/* A change that brings a patch: 0 or OUTCOME_NOT_PINNABLE. */
int keep_refuse(const struct registry *reg, struct report *report);
/* Why pins cannot be made, as a sentence; NULL: they can. */
const char *keep_trouble(const struct registry *reg);
/* A map with the metadata of a set, as it is pinned: an fd (CLOEXEC) or -errno. */
int keep_make_meta(const struct patch *s);
/* How many sets end with this klpd. */
size_t keep_count_unpinned(const struct registry *reg);

#endif
