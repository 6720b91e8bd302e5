/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes and the patches that klpd cannot judge or knows only in part. A change never hides such a
 * patch and never counts it as absent.
 */
#ifndef KLPD_CORE_RECOVERY_INCOMPLETE_H
#define KLPD_CORE_RECOVERY_INCOMPLETE_H

#include "core/plan.h"
#include "core/registry.h"

/* Whether part of it is in the kernel or may be. */
bool recovery_incomplete_matters(const struct incomplete_patch *u);
/*
 * Called before the plan. meta: of the entering patch, NULL if none enters; name: of the patch to
 * disable, or NULL. Returns 0 or OUTCOME_RECOVERY_INCOMPLETE, described in *report.
 */
int recovery_incomplete_refuse(struct registry *reg, enum change_verb verb, const struct meta *meta,
			       const char *name, struct report *report);
/* What it is and why it was left alone, as a sentence, malloc'ed. NULL: no memory. */
char *recovery_incomplete_text(const struct incomplete_patch *u);

#endif
