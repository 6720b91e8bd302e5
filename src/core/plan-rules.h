/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to plan*.c: the rules. Each returns 0 or an outcome described in *report. */
#ifndef KLPD_CORE_PLAN_RULES_H
#define KLPD_CORE_PLAN_RULES_H

#include "core/plan.h"

/* What the rules for an entering patch look at. */
struct plan_entry {
	const struct plan_patch *patches;
	size_t n_patches;
	const struct meta *meta;
	enum change_verb verb;	/* CHANGE_ENABLE or CHANGE_REPLACE */
	bool deadline;
};

struct plan_rule {
	int (*check)(const struct plan_entry *entry, struct report *report);
	/* The result depends on one function at a time: plan_check_all() may check each alone. */
	bool by_func;
	/* The result depends on one patch in force at a time. */
	bool by_set;
};

#define PLAN_RULES 8
extern const struct plan_rule plan_rules[PLAN_RULES];

/*
 * Whether the patch may enter beside these patches or, with CHANGE_REPLACE, instead of those of its
 * set.
 */
int plan_check_enter(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		     enum change_verb verb, bool deadline, struct report *report);
/* Whether `m` is compatible with a state of `owner`, which is in force or was just before. */
int plan_check_state(const struct meta *owner, const struct meta_state *old, const struct meta *m,
		     bool replace, struct report *report);
/* Whether the patch may leave in a change in which no patch enters. */
int plan_check_leaver(const struct plan_patch *s, bool companion, struct report *report);
/* Whether all leaving patches have the consistency of the change. */
int plan_check_leaving(const struct plan_patch *patches, const struct plan *plan,
		       struct report *report);
int plan_choose_consistency(const struct meta *m, bool immediate, bool companion, uint32_t *ret,
			    struct report *report);
/* The index of the patch with this name, or -ENOENT. */
int plan_find(const struct plan_patch *patches, size_t n_patches, const char *name, size_t *ret);
/* How many of them stay in force beside m, if it enters. */
size_t plan_staying(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		    bool replace);
/* Whether one more patch can be in force beside `n_stay` of them. */
int plan_check_room(size_t n_stay, struct report *report);
/* *ret is no bit that any of them has, also of those that leave. */
int plan_choose_slot(const struct plan_patch *patches, size_t n_patches, uint64_t taken,
		     uint32_t consistency, uint32_t *ret, struct report *report);
const char *plan_consistency_name(uint32_t consistency);

int plan_rollback(const struct plan_patch *patches, size_t n_patches,
		  const struct plan_request *request, struct plan *plan, struct report *report);

#endif
