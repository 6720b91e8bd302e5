/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was in force before the change that made the generation: remembered with each change, good
 * for one rollback. The pin before-N is valid exactly while generation N is in force, or while the
 * transition to it runs.
 */
#ifndef KLPD_CORE_BEFORE_H
#define KLPD_CORE_BEFORE_H

#include "core/transaction.h"
#include "kern/pin-before.h"

/*
 * Pin what is in force now, as what was before t->generation. 0 also if that is not known for
 * certain (registry.unjudged): then nothing can be rolled back to it.
 */
int before_remember(struct transaction *t);
/* Take that away again: the change does not come about. */
void before_forget(struct transaction *t);
/* Generation `old` is no more. */
void before_expire(uint64_t old);

/* What was in force before the present generation. OUTCOME_NO_PREVIOUS. */
int before_load(const struct registry *reg, struct pin_before **ret, struct report *report);
/* That of the change that is under way or was not counted: above the generation; -ENODATA. */
int before_pending(const struct registry *reg, struct pin_before **ret);
/* The set with this serial was in force. */
bool before_lists(const struct pin_before *before, uint64_t serial);
/* Recovery: those of other generations than the present one and `pending` (0: none) go. */
void before_recover(struct registry *reg, uint64_t pending);

/* A set with this serial is in the kernel. */
bool before_in_force(const struct registry *reg, uint64_t serial);
/* Rollback: the files of those that were in force and are not, into t->enter and t->before. */
int before_read(struct transaction *t, struct report *report);

#endif
