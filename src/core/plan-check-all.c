// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's rules for a check before a change. No refusal keeps the other rules from being
 * checked, and a rule about functions or about patches in force is checked for each of them. Pure,
 * as plan.c.
 *
 * The rules are checked in the order of plan.c, so that the first problem is the one that a change
 * would be refused for.
 */
#include "core/plan-rules.h"
#include "util/macro.h"

/*
 * Append the report. Fails only with -ENOMEM; problems beyond the capacity of the list are dropped.
 */
static int check_take(struct report_list *problems, const struct meta *m, struct report *report)
{
	int r;

	if (report->outcome != OUTCOME_OK)
		report_names(report, m->name, NULL, NULL);
	r = report_list_take(problems, report);
	return r == -ENOSPC ? 0 : r;
}

static int check_rule(const struct plan_rule *rule, const struct plan_entry *entry,
		      struct report_list *problems)
{
	struct report report = REPORT_INIT;

	(void)rule->check(entry, &report);
	return check_take(problems, entry->meta, &report);
}

/* Check each function as if it were the only one of the patch. */
static int check_funcs(const struct plan_rule *rule, const struct plan_entry *entry,
		       struct report_list *problems)
{
	struct meta one = *entry->meta;
	struct plan_entry view = *entry;
	int r = 0;

	view.meta = &one;
	one.n_funcs = 1;
	for (size_t i = 0; r == 0 && i < entry->meta->n_funcs; i++) {
		one.funcs = entry->meta->funcs + i;
		r = check_rule(rule, &view, problems);
	}
	return r;
}

/* Check against each patch in force as if it were the only one. */
static int check_sets(const struct plan_rule *rule, const struct plan_entry *entry,
		      struct report_list *problems)
{
	struct plan_entry view = *entry;
	int r = 0;

	view.n_patches = 1;
	for (size_t i = 0; r == 0 && i < entry->n_patches; i++) {
		view.patches = entry->patches + i;
		r = rule->by_func ? check_funcs(rule, &view, problems) :
				    check_rule(rule, &view, problems);
	}
	return r;
}

static int check_enter(const struct plan_entry *entry, struct report_list *problems)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < PLAN_RULES; i++)
		r = plan_rules[i].by_set ? check_sets(&plan_rules[i], entry, problems) :
		    plan_rules[i].by_func ? check_funcs(&plan_rules[i], entry, problems) :
					    check_rule(&plan_rules[i], entry, problems);
	return r;
}

static int check_consistency(const struct plan_patch *patches, size_t n_patches,
			     const struct plan_request *request, struct plan *plan,
			     struct report_list *problems)
{
	struct report report = REPORT_INIT;
	int r;

	plan->consistency = request->immediate ? KLP_CONSISTENCY_IMMEDIATE :
						 KLP_CONSISTENCY_PER_TASK;
	(void)plan_choose_consistency(request->meta, request->immediate,
				      request->companion && !request->companion_older,
				      &plan->consistency, &report);
	r = check_take(problems, request->meta, &report);
	if (r < 0)
		return r;
	r = plan_check_room(plan_staying(patches, n_patches, request->meta,
					 plan->verb == CHANGE_REPLACE), &report);
	if (r == 0)
		(void)plan_choose_slot(patches, n_patches, request->taken, plan->consistency,
				       &plan->enter[0].slot, &report);
	return check_take(problems, request->meta, &report);
}

/* Check each leaving patch as if it were the only one. */
static int check_leaving(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
			 struct plan *plan, struct report_list *problems)
{
	struct plan one = { .consistency = plan->consistency, .n_leave = 1 };
	struct report report = REPORT_INIT;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_patches && plan->n_leave < PLAN_PATCHES_MAX; i++) {
		if (!meta_same_set(patches[i].meta, m))
			continue;
		plan->leave[plan->n_leave++] = i;
		one.leave[0] = i;
		(void)plan_check_leaving(patches, &one, &report);
		r = check_take(problems, m, &report);
	}
	return r;
}

int plan_check_all(const struct plan_patch *patches, size_t n_patches,
		   const struct plan_request *request, struct plan *ret,
		   struct report_list *problems)
{
	bool replace = request->verb == CHANGE_REPLACE || request->meta->replace;
	struct plan_entry entry = { patches, n_patches, request->meta,
				    .deadline = request->deadline };
	struct plan plan = { .n_enter = 1 };
	int r;

	plan.verb = replace ? CHANGE_REPLACE : CHANGE_ENABLE;
	entry.verb = plan.verb;
	r = check_enter(&entry, problems);
	if (r == 0)
		r = check_consistency(patches, n_patches, request, &plan, problems);
	if (r == 0 && replace)
		r = check_leaving(patches, n_patches, request->meta, &plan, problems);
	if (r == 0)
		*ret = plan;
	return r;
}
