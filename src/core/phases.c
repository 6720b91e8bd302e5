// SPDX-License-Identifier: GPL-2.0-only
/*
 * PLAN, LOAD, ANNOUNCE, ATTACH and PIN of a change (transaction.h), each over all sets that enter
 * (entering.c), and undone in reverse. Where nothing enters, LOAD to ATTACH find nothing to do.
 */
#include "core/before.h"
#include "core/fault.h"
#include "core/keep.h"
#include "core/phases.h"
#include "core/unjudged.h"
#include "kern/lockdown.h"
#include "util/macro.h"

/* What was in force, with the metadata of those whose files were read. */
static size_t plan_before(const struct transaction *t, struct plan_before *ret)
{
	size_t n_read = 0;

	for (size_t i = 0; i < t->before->n; i++) {
		const struct pin_before_entry *e = &t->before->entries[i];

		ret[i] = (struct plan_before){
			.consistency = e->consistency,
			.serial = e->serial,
		};
		if (!before_in_force(t->world, e->serial))
			ret[i].meta = t->enter[n_read++].set->meta;
	}
	return t->before->n;
}

int phases_check_slots(const struct world *w, const struct plan *plan, struct report *report)
{
	for (size_t i = 0; i < w->n_leftovers; i++)
		for (size_t j = 0; j < plan->n_enter; j++)
			if (plan->consistency == KLP_CONSISTENCY_IMMEDIATE &&
			    w->leftovers[i].gate == 1ULL << plan->enter[j].slot)
				return report_errno(report, -EBUSY, "Pins gen-%llu of an old set "
						    "resist removal and would come into force "
						    "again",
						    (unsigned long long)w->leftovers[i].serial);
	return 0;
}

size_t phases_sets(const struct world *w, struct plan_set ret[static WORLD_SETS_MAX])
{
	for (size_t i = 0; i < w->n_sets; i++)
		ret[i] = (struct plan_set){
			.meta = w->sets[i]->meta,
			.consistency = w->sets[i]->consistency,
			.slot = w->sets[i]->slot,
			.serial = w->sets[i]->serial,
		};
	return w->n_sets;
}

void phases_blame_companion(const struct world *w, struct report *report)
{
	char *detail;

	if (!report || report->outcome != OUTCOME_NO_COMPANION)
		return;
	if (w->companion_report.outcome == OUTCOME_COMPANION_ABI) {
		report->outcome = OUTCOME_COMPANION_ABI;
		detail = strdup(w->companion_report.detail ?: "");
	} else if (!lockdown_wants_signatures() ||
		   asprintf(&detail, "%s; %s", report->detail ?: "", LOCKDOWN_SIGNATURE_HELP) < 0) {
		return;
	}
	free(report->detail);
	report->detail = detail;
}

/* What a repair takes out is decided already: of one consistency, which is that of the change. */
static int plan_repair(struct transaction *t, struct plan *plan, struct report *report)
{
	plan->verb = t->verb;
	plan->consistency = t->consistency = t->leave[0]->consistency;
	if (t->consistency == KLP_CONSISTENCY_PER_TASK && !t->world->companion)
		return report_set(report, t->world->companion_report.outcome ?: OUTCOME_NO_COMPANION,
				  "%s", t->world->companion_report.detail ?:
				  "Tasks cannot be moved without the companion");
	return 0;
}

/* What enters and what leaves. */
static int plan_decide(struct transaction *t, struct plan *plan, struct report *report)
{
	struct plan_before before[PIN_BEFORE_MAX];
	struct plan_set sets[WORLD_SETS_MAX];
	struct plan_request request = {
		.verb = t->verb,
		.meta = t->path ? t->enter[0].set->meta : NULL,
		.name = t->disable,
		.immediate = t->immediate,
		.deadline = t->deadline,
		.companion = t->world->companion != NULL,
		.companion_older = t->world->companion && !world_can_enter(t->world),
		.taken = t->world->taken,
	};
	size_t n_sets = phases_sets(t->world, sets);
	int r;

	r = unjudged_refuse(t->world, t->verb, request.meta, t->disable, report);
	if (r != 0)
		return r;
	if (t->verb == CHANGE_REPAIR)
		return plan_repair(t, plan, report);
	if (t->before) {
		request.before = before;
		request.n_before = plan_before(t, before);
	}
	r = plan_make(sets, n_sets, &request, plan, report);
	if (r == OUTCOME_NO_COMPANION) {
		phases_blame_companion(t->world, report);
		return t->world->companion_report.outcome == OUTCOME_COMPANION_ABI ?
			       OUTCOME_COMPANION_ABI : r;
	}
	if (r == 0)
		r = phases_check_slots(t->world, plan, report);
	if (r != 0)
		return r;
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
	t->returning = calloc(t->n_enter + 1, sizeof(*t->returning));
	if (!t->name || !t->version || !t->replaced || !t->returning)
		return -ENOMEM;
	for (size_t i = 0; t->verb == CHANGE_ROLLBACK && i < t->n_enter; i++) {
		t->returning[i] = strdup(t->enter[i].set->meta->name);
		if (!t->returning[i])
			return -ENOMEM;
	}
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
	t->generation = serial + (t->n_enter > 0 ? t->n_enter - 1 : 0);
	return 0;
}

static int plan_read(struct transaction *t, struct report *report)
{
	if (t->verb == CHANGE_ROLLBACK)
		return before_read(t, report);
	return t->path ? entering_read(&t->enter[t->n_enter++], t->path, NULL, report) : 0;
}

int phases_plan(struct transaction *t, struct report *report)
{
	struct plan plan = { .n_enter = 0 };
	int r = 0;

	(void)keep_look(t->world);
	if (t->verb != CHANGE_DISABLE && t->verb != CHANGE_REPAIR)
		r = keep_refuse(t->world, report);
	if (r == 0)
		r = plan_read(t, report);
	if (r == 0)
		r = plan_decide(t, &plan, report);
	if (r == 0)
		r = phases_remember(t);
	if (r == 0)
		r = plan_number(t, report);
	for (size_t i = 0; i < t->n_enter && i < plan.n_enter; i++) {
		t->enter[i].set->consistency = plan.consistency;
		t->enter[i].set->slot = plan.enter[i].slot;
	}
	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = entering_look(&t->enter[i], t->world, t->leave, t->n_leave, report);
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
		r = entering_attach(&t->enter[i], t->leave, t->n_leave, &point, report);
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
	if (r != 0)
		return r;
	r = before_remember(t);
	if (r < 0)
		return report_errno(report, r, "Cannot pin what was in force before under '%s'",
				    KLPD_PIN_DIR);
	return fault_point(PHASE_PIN, ++point);
}

void phases_pin_undo(struct transaction *t)
{
	before_forget(t);
	for (size_t i = t->n_enter; i > 0; i--)
		entering_pin_undo(&t->enter[i - 1], t->world);
}
