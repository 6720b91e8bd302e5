/* SPDX-License-Identifier: GPL-2.0-only */
/* Phase RETIRE: what is out of force is detached, unpinned and, after grace, freed. */
#ifndef KLPD_CORE_RETIRE_H
#define KLPD_CORE_RETIRE_H

#include "core/registry.h"
#include "kern/grace.h"

/*
 * Retire sets that are in registry and out of force; they are gone from the registry afterwards and
 * freed. Cannot fail: pins that resist, and forced sets whose programs cannot be kept for good, are
 * leftovers and tried again by retire_leftovers().
 * *ret is the grace period in which their programs are still held, NULL if it is over; with a NULL
 * ret it is waited for. Returns the first error all the same, for a warning.
 */
int retire_patches(struct registry *reg, struct patch **patches, size_t n, struct grace **ret);
/* Only the pins; `gate` is the bit their links may still listen to, 0 if none. */
int retire_pins(struct registry *reg, uint64_t serial, uint64_t gate);
/* The record of a set whose programs are kept; one that is gone is as good. */
int retire_record(struct registry *reg, uint64_t id);
int retire_leftovers(struct registry *reg);

#endif
