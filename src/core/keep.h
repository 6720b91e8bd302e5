/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps patches in force pinned while klpd runs. Pins that were removed are made again from what
 * klpd holds, so that the next klpd finds everything.
 */
#ifndef KLPD_CORE_KEEP_H
#define KLPD_CORE_KEEP_H

#include "core/registry.h"

/*
 * Check whether the gates word and all patches are pinned in the system's bpffs, and pin what is
 * not. Results are in the patches (unpinned, repinned) and in reg->place. True: something changed
 * since the last call.
 */
bool keep_look(struct registry *reg);
/* Whether a change in which a patch enters is possible: 0 or OUTCOME_NOT_PINNABLE. */
int keep_refuse(const struct registry *reg, struct report *report);
/* Why pins cannot be made, as a sentence; NULL: they can be made. */
const char *keep_trouble(const struct registry *reg);
/* Make a map with the metadata of a patch, as for its pin. Returns an fd (CLOEXEC) or -errno. */
int keep_make_meta(const struct patch *s);
/* Number of patches that end when this klpd exits, because they are not pinned. */
size_t keep_count_unpinned(const struct registry *reg);

#endif
