/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The patches in force before the last change, recorded with each change and usable for one
 * rollback. The pin previous-N is valid exactly while generation N is in force or the transition to
 * it is running.
 */
#ifndef KLPD_CORE_PREVIOUS_H
#define KLPD_CORE_PREVIOUS_H

#include "core/transaction.h"
#include "kern/pin-previous.h"

/*
 * Pin the list of patches in force now as the predecessor of t->generation. Returns 0 also if that
 * list is not known for certain (registry.recovery_incomplete); then there is no rollback to it.
 */
int previous_remember(struct transaction *t);
/* Remove this pin: the change does not take place. */
void previous_forget(struct transaction *t);
/* Remove the pin of generation `old`, which has ended. */
void previous_expire(uint64_t old);

/* Read the patches that were in force before the current generation. OUTCOME_NO_PREVIOUS. */
int previous_load(const struct registry *reg, struct pin_previous **ret, struct report *report);
/*
 * The pin of a change that is running or has not raised the generation: its number is above the
 * current generation. -ENODATA: none.
 */
int previous_pending(const struct registry *reg, struct pin_previous **ret);
/* Whether the patch with this serial was in force. */
bool previous_lists(const struct pin_previous *previous, uint64_t serial);
/* Recovery: remove the pins of all generations but the current one and `pending` (0: none). */
void previous_recover(struct registry *reg, uint64_t pending);

/* Whether the registry has a patch with this serial. */
bool previous_in_force(const struct registry *reg, uint64_t serial);
/*
 * Rollback: read the files of the patches that were in force and are not now. Fills t->enter and
 * t->before.
 */
int previous_read(struct transaction *t, struct report *report);

#endif
