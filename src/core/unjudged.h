/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes and the patches that klpd cannot judge or knows only in part. A change never hides such a
 * patch and never counts it as absent.
 */
#ifndef KLPD_CORE_UNJUDGED_H
#define KLPD_CORE_UNJUDGED_H

#include "core/plan.h"
#include "core/registry.h"

/* Whether part of it is in the kernel or may be. */
bool unjudged_matters(const struct unjudged *u);
/*
 * Called before the plan. meta: of the entering patch, NULL if none enters; name: of the patch to
 * disable, or NULL. Returns 0 or OUTCOME_UNJUDGED, described in *report.
 */
int unjudged_refuse(struct registry *reg, enum change_verb verb, const struct meta *meta,
		    const char *name, struct report *report);
/* What it is and why it was left alone, as a sentence, malloc'ed. NULL: no memory. */
char *unjudged_text(const struct unjudged *u);

#endif
