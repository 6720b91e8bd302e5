/* SPDX-License-Identifier: GPL-2.0-only */
/* Phase RETIRE: patches out of force are detached, unpinned and, after grace periods, freed. */
#ifndef KLPD_CORE_RETIRE_H
#define KLPD_CORE_RETIRE_H

#include "core/registry.h"
#include "kern/grace.h"

/*
 * Retire patches of the registry that are out of force. Removes them from the registry and frees
 * them. Pins that cannot be removed, and forced patches with programs that cannot be pinned for
 * good, become stale pins. *ret is the grace period during
 * which their programs are still held, NULL if it has ended. With a NULL ret this function waits
 * for it. Returns the first error, which the caller can only log.
 */
int retire_patches(struct registry *reg, struct patch **patches, size_t n, struct grace **ret);
/* Remove only the pins. gates_mask: the bit that their links may still read, 0 if none. */
int retire_pins(struct registry *reg, uint64_t serial, uint64_t gates_mask);
/*
 * Unregister a patch after its programs are kept. Succeeds also if the record is gone.
 */
int retire_record(struct registry *reg, uint64_t id);
/* The same for a patch that never got further than its registration. If it fails, it is kept as stale. */
int retire_registered(struct registry *reg, uint64_t id);
/* Try again to remove what is stale. No change may run or be prepared. Returns the first error. */
int retire_stale_pins(struct registry *reg, struct grace **ret);

#endif
