// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner's rollback: from the patches in force to those that were in force before. Pure, as
 * plan.c, the rules of which it uses.
 *
 * The entering patches were once in force together, and with those that stay. The rules are applied
 * all the same, so that their guarantees hold whatever klpd read from a pin and whatever has
 * changed since.
 */
#include "core/plan-rules.h"
#include "klp/uapi.h"

/* The state of a rollback while it is planned. */
struct rollback {
	const struct plan_request *request;
	struct plan *plan;
	struct plan_patch all[2 * PLAN_PATCHES_MAX];		/* in force now, or entering */
	struct plan_patch then[2 * PLAN_PATCHES_MAX];	/* in force then: staying, or entering */
	size_t n_all, n_then;
};

bool plan_patch_in_force(const struct plan_patch *patches, size_t n_patches, uint64_t serial)
{
	for (size_t i = 0; i < n_patches; i++)
		if (patches[i].serial == serial)
			return true;
	return false;
}

static bool serial_known(const struct plan_previous *previous, size_t n, uint64_t serial)
{
	for (size_t i = 0; i < n; i++)
		if (previous[i].serial == serial)
			return true;
	return false;
}

/* Determine which patches leave and which stay. */
static int rollback_leave(struct rollback *b, const struct plan_patch *patches, size_t n_patches,
			  struct report *report)
{
	if (n_patches > PLAN_PATCHES_MAX || b->request->n_previous > PLAN_PATCHES_MAX)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "%zu patches are in force and %zu were, too many for a change",
				  n_patches, b->request->n_previous);
	for (size_t i = 0; i < n_patches; i++) {
		b->all[b->n_all++] = patches[i];
		if (serial_known(b->request->previous, b->request->n_previous, patches[i].serial))
			b->then[b->n_then++] = patches[i];
		else
			b->plan->leave[b->plan->n_leave++] = i;
	}
	return 0;
}

/*
 * Check an entering patch as in an enable beside the staying patches and those that have entered so
 * far.
 */
static int rollback_enter(struct rollback *b, size_t index, struct report *report)
{
	const struct plan_previous *e = &b->request->previous[index];
	struct plan_patch entered = { .meta = e->meta, .serial = e->serial };
	struct plan *plan = b->plan;
	int r;

	r = plan_check_enter(b->then, b->n_then, e->meta, CHANGE_ROLLBACK, b->request->deadline,
			     report);
	if (r == 0)
		r = plan_choose_consistency(e->meta, e->consistency == KLP_CONSISTENCY_IMMEDIATE,
					    b->request->companion && !b->request->companion_older,
					    &entered.consistency, report);
	if (r == 0)
		r = plan_check_room(b->n_then, report);
	if (r == 0)
		r = plan_choose_slot(b->all, b->n_all, b->request->taken, entered.consistency,
				     &entered.slot, report);
	if (r == 0 && plan->n_enter > 0 && entered.consistency != plan->consistency)
		r = report_set(report, OUTCOME_CONSISTENCY,
			       "'%s' was in force with %s consistency and cannot come back in a "
			       "change of %s consistency", e->meta->name,
			       plan_consistency_name(entered.consistency),
			       plan_consistency_name(plan->consistency));
	if (r != 0) {
		report_names(report, e->meta->name, NULL, NULL);
		return r;
	}
	plan->consistency = entered.consistency;
	plan->enter[plan->n_enter].index = index;
	plan->enter[plan->n_enter++].slot = entered.slot;
	b->all[b->n_all++] = entered;
	b->then[b->n_then++] = entered;
	return 0;
}

static const struct meta *incoming(const struct rollback *b, size_t i)
{
	return b->request->previous[b->plan->enter[i].index].meta;
}

/*
 * A state of a leaving patch: no entering patch may have a lower version, and one of its set must
 * carry it.
 */
static int check_carried(const struct rollback *b, const struct meta *owner,
			 const struct meta_state *state, struct report *report)
{
	bool carried = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->plan->n_enter; i++) {
		const struct meta *m = incoming(b, i);

		if (!meta_same_set(owner, m))
			continue;
		r = plan_check_state(owner, state, m, false, report);
		if (r != 0)
			report_names(report, m->name, NULL, NULL);
		for (size_t j = 0; j < m->n_states; j++)
			carried = carried || m->states[j].id == state->id;
	}
	if (r == 0 && !carried)
		r = plan_check_state(owner, state, &(struct meta){ .n_states = 0 }, true, report);
	return r;
}

static int rollback_leavers(const struct rollback *b, const struct plan_patch *patches,
			    struct report *report)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->plan->n_leave; i++) {
		const struct plan_patch *s = &patches[b->plan->leave[i]];

		for (size_t j = 0; r == 0 && b->plan->n_enter > 0 && j < s->meta->n_states; j++)
			r = check_carried(b, s->meta, &s->meta->states[j], report);
		if (r == 0 && b->plan->n_enter == 0) {
			r = plan_check_leaver(s, b->request->companion, report);
			if (r != 0)
				report_names(report, s->meta->name, NULL, NULL);
		}
	}
	if (r == 0)
		r = plan_check_leaving(patches, b->plan, report);
	if (r != 0 && b->plan->n_enter > 0)
		report_names(report, incoming(b, b->plan->n_enter - 1)->name, NULL, NULL);
	return r;
}

int plan_rollback(const struct plan_patch *patches, size_t n_patches,
		  const struct plan_request *request, struct plan *plan, struct report *report)
{
	struct rollback b = { .request = request, .plan = plan };
	int r;

	if (!request->previous)
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "It is not known what was in force before");
	r = rollback_leave(&b, patches, n_patches, report);
	for (size_t i = 0; r == 0 && i < request->n_previous; i++)
		if (!plan_patch_in_force(patches, n_patches, request->previous[i].serial))
			r = rollback_enter(&b, i, report);
	if (r != 0)
		return r;
	if (plan->n_enter == 0 && plan->n_leave == 0)
		return report_set(report, OUTCOME_NO_PREVIOUS,
				  "What was in force before is in force now");
	if (plan->n_enter == 0)
		plan->consistency = patches[plan->leave[0]].consistency;
	return rollback_leavers(&b, patches, report);
}
