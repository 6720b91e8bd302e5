/* SPDX-License-Identifier: GPL-2.0-only */
/* The phases that build what enters with its gates closed. Each: 0, an outcome or -errno, told in
 * *report; its undo is right after a failure in the middle of it, and twice. */
#ifndef KLPD_CORE_PHASES_H
#define KLPD_CORE_PHASES_H

#include "core/transaction.h"

int phases_plan(struct transaction *t, struct report *report);
int phases_announce(struct transaction *t, struct report *report);
void phases_announce_undo(struct transaction *t);
int phases_load(struct transaction *t, struct report *report);
void phases_load_undo(struct transaction *t);
int phases_attach(struct transaction *t, struct report *report);
void phases_attach_undo(struct transaction *t);
int phases_pin(struct transaction *t, struct report *report);
void phases_pin_undo(struct transaction *t);

/* The sets in force as the planner sees them; how many. */
size_t phases_patches(const struct registry *reg,
		      struct plan_patch ret[static REGISTRY_PATCHES_MAX]);
/* Why there is no companion, which the planner cannot know: it speaks another language, or the kernel does
 * not load it. */
void phases_blame_companion(const struct registry *reg, struct report *report);
/* An old set that resists removal would come into force again with the slot of one that enters. */
int phases_check_slots(const struct registry *reg, const struct plan *plan, struct report *report);

/* Keep names and version, for those who ask when the sets are long gone. -ENOMEM. */
int phases_remember(struct transaction *t);

#endif
