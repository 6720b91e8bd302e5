// SPDX-License-Identifier: GPL-2.0-only
/*
 * PLAN, LOAD, ANNOUNCE, ATTACH and PIN of a change (transaction.h), each over all sets that enter
 * (entering.c), and undone in reverse. A disable has only a PLAN.
 */
#include "core/phases.h"
#include "util/macro.h"

/* What enters and what leaves. */
static int plan_decide(struct transaction *t, struct plan *plan, struct report *report)
{
	struct plan_set sets[WORLD_SETS_MAX];
	struct plan_request request = {
		.verb = t->verb,
		.meta = t->n_enter > 0 ? t->enter[0].set->meta : NULL,
		.name = t->disable,
		.immediate = t->immediate,
		.deadline = t->deadline,
		.companion = t->world->companion != NULL,
	};
	int r;

	for (size_t i = 0; i < t->world->n_sets; i++)
		sets[i] = (struct plan_set){
			.meta = t->world->sets[i]->meta,
			.consistency = t->world->sets[i]->consistency,
			.slot = t->world->sets[i]->slot,
		};
	r = plan_make(sets, t->world->n_sets, &request, plan, report);
	if (r == OUTCOME_NO_COMPANION &&
	    t->world->companion_report.outcome == OUTCOME_COMPANION_ABI) {
		/* it is there, but speaks another language: the planner cannot know */
		report_done(report);
		return report_set(report, OUTCOME_COMPANION_ABI, "%s",
				  t->world->companion_report.detail);
	}
	if (r != 0)
		return r;
	for (size_t i = 0; i < t->world->n_leftovers; i++)
		if (plan->enter && plan->consistency == KLP_CONSISTENCY_IMMEDIATE &&
		    t->world->leftovers[i].gate == 1ULL << plan->slot)
			return report_errno(report, -EBUSY, "Pins gen-%llu of an old set resist "
					    "removal and would come into force again",
					    (unsigned long long)t->world->leftovers[i].serial);
	t->verb = plan->verb;
	t->consistency = plan->consistency;
	for (size_t i = 0; i < plan->n_leave; i++)
		t->leave[t->n_leave++] = t->world->sets[plan->leave[i]];
	return 0;
}

int phases_remember(struct transaction *t)
{
	const struct set *subject = t->n_enter > 0 ? t->enter[0].set : t->leave[0];

	t->name = strdup(subject->meta->name);
	t->version = strdup(subject->meta->version);
	t->replaced = calloc(t->n_leave + 1, sizeof(*t->replaced));
	if (!t->name || !t->version || !t->replaced)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_leave; i++) {
		t->replaced[i] = strdup(t->leave[i]->meta->name);
		if (!t->replaced[i])
			return -ENOMEM;
	}
	return 0;
}

/* Numbers for all at once: the last one is that of the generation. */
static int plan_number(struct transaction *t, struct report *report)
{
	uint64_t serial;
	int r;

	r = world_next_serial(t->world, &serial);
	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	for (size_t i = 0; i < t->n_enter; i++)
		t->enter[i].set->serial = serial + i;
	return 0;
}

int phases_plan(struct transaction *t, struct report *report)
{
	struct plan plan = { .enter = false };
	int r;

	r = t->path ? entering_read(&t->enter[t->n_enter++], t->path, report) : 0;
	if (r == 0)
		r = plan_decide(t, &plan, report);
	if (r == 0)
		r = phases_remember(t);
	if (r != 0 || t->n_enter == 0)
		return r;

	t->enter[0].set->consistency = plan.consistency;
	t->enter[0].set->slot = plan.slot;
	r = plan_number(t, report);
	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_look(&t->enter[i], t->world, report);
	return r;
}

int phases_load(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_load(&t->enter[i], t->world, &point, report);
	return r;
}

void phases_load_undo(struct transaction *t)
{
	for (size_t i = t->n_enter; i > 0; i--)
		entering_load_undo(&t->enter[i - 1]);
}

int phases_announce(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_announce(&t->enter[i], t->world, &point, report);
	return r;
}

void phases_announce_undo(struct transaction *t)
{
	for (size_t i = t->n_enter; i > 0; i--)
		entering_announce_undo(&t->enter[i - 1], t->world);
}

int phases_attach(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_attach(&t->enter[i], &point, report);
	return r;
}

void phases_attach_undo(struct transaction *t)
{
	bool attached = false;

	for (size_t i = t->n_enter; i > 0; i--)
		attached = entering_attach_undo(&t->enter[i - 1]) || attached;
	/* the programs go next: nobody may still stand in them */
	if (attached && t->world->companion)
		(void)companion_barrier(t->world->companion);
}

int phases_pin(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_pin(&t->enter[i], &point, report);
	return r;
}

void phases_pin_undo(struct transaction *t)
{
	for (size_t i = t->n_enter; i > 0; i--)
		entering_pin_undo(&t->enter[i - 1], t->world);
}
