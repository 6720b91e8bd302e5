/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The phases that build the entering patches with closed gates. Each returns 0, an outcome or
 * -errno and describes a failure in *report. An undo function may be called after a partial
 * failure, and more than once.
 */
#ifndef KLPD_CORE_PHASES_H
#define KLPD_CORE_PHASES_H

#include "core/transaction.h"

int phases_plan(struct transaction *t, struct report *report);
int phases_register(struct transaction *t, struct report *report);
void phases_register_undo(struct transaction *t);
int phases_load(struct transaction *t, struct report *report);
void phases_load_undo(struct transaction *t);
int phases_attach(struct transaction *t, struct report *report);
void phases_attach_undo(struct transaction *t);
int phases_pin(struct transaction *t, struct report *report);
void phases_pin_undo(struct transaction *t);

/* Fill *ret with the patches as the planner needs them. Returns their number. */
size_t phases_patches(const struct registry *reg,
		      struct plan_patch ret[static REGISTRY_PATCHES_MAX]);
/*
 * Complete an OUTCOME_NO_COMPANION with the reason, which the planner does not know: klp.ko has
 * another ABI, or the kernel does not load it because of its signature.
 */
void phases_blame_companion(const struct registry *reg, struct report *report);
/*
 * Fail if an entering patch would get the slot of stale pins: their bodies would come into
 * force again.
 */
int phases_check_slots(const struct registry *reg, const struct plan *plan, struct report *report);

/* Copy names and version, which are needed after the patches are gone. -ENOMEM. */
int phases_remember(struct transaction *t);

#endif
