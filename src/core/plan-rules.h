/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of plan.c and plan-rollback.c: the rules, each 0 or a refusal told in *report. */
#ifndef KLPD_CORE_PLAN_RULES_H
#define KLPD_CORE_PLAN_RULES_H

#include "core/plan.h"

/* The rules for a patch that enters, one after the other: what each looks at. */
struct plan_entry {
	const struct plan_patch *patches;
	size_t n_patches;
	const struct meta *meta;
	enum change_verb verb;	/* CHANGE_ENABLE or CHANGE_REPLACE */
	bool deadline;
};

struct plan_rule {
	int (*check)(const struct plan_entry *entry, struct report *report);
	bool by_func; /* says of each function of the patch by itself what it says of it among all */
	bool by_set;	/* the same of each set in force */
};

#define PLAN_RULES 7
extern const struct plan_rule plan_rules[PLAN_RULES];

/* A patch may enter beside these sets, or, with CHANGE_REPLACE, in place of those of its set. */
int plan_check_enter(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		     enum change_verb verb, bool deadline, struct report *report);
/* A state of `owner`, which is in force or was just now, and what `m` has of it. */
int plan_check_state(const struct meta *owner, const struct meta_state *old, const struct meta *m,
		     bool replace, struct report *report);
/* A set may leave although nothing enters. */
int plan_check_leaver(const struct plan_patch *s, bool companion, struct report *report);
/* All that leave go with the consistency of the change. */
int plan_check_leaving(const struct plan_patch *patches, const struct plan *plan,
		       struct report *report);
int plan_choose_consistency(const struct meta *m, bool immediate, bool companion, uint32_t *ret,
			    struct report *report);
int plan_choose_slot(const struct plan_patch *patches, size_t n_patches, uint64_t taken,
		     uint32_t consistency, uint32_t *ret, struct report *report);
const char *plan_consistency_name(uint32_t consistency);

int plan_rollback(const struct plan_patch *patches, size_t n_patches,
		  const struct plan_request *request, struct plan *plan, struct report *report);

#endif
