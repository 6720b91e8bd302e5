/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What klpd cannot judge, or knows only in part, and changes: such a thing is never hidden by a
 * change, never counted as absent.
 */
#ifndef KLPD_CORE_UNJUDGED_H
#define KLPD_CORE_UNJUDGED_H

#include "core/plan.h"
#include "core/registry.h"

/* Something of it is in the kernel, or may be. */
bool unjudged_matters(const struct unjudged *u);
/*
 * Before the plan. meta: of the patch that enters, NULL if none does; name: of the patch to disable,
 * or NULL. 0 or OUTCOME_UNJUDGED, told in *report.
 */
int unjudged_refuse(struct registry *reg, enum change_verb verb, const struct meta *meta,
		    const char *name, struct report *report);
/* What it is and why it was left alone, as a sentence; malloc'ed, NULL: no memory. */
char *unjudged_text(const struct unjudged *u);

#endif
