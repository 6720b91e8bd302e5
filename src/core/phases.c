// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phases PLAN, LOAD, REGISTER, ATTACH and PIN (transaction.h). Each handles all entering
 * patches (incoming.c) and is undone in reverse order. If no patch enters, LOAD to ATTACH have
 * nothing to do.
 */
#include "core/previous.h"
#include "core/fault.h"
#include "core/keep.h"
#include "core/phases.h"
#include "core/recovery-incomplete.h"
#include "kern/lockdown.h"
#include "util/macro.h"

/* The patches that were in force, with the metadata of those that were read from their files. */
static size_t plan_previous(const struct transaction *t, struct plan_previous *ret)
{
	size_t n_read = 0;

	for (size_t i = 0; i < t->previous->n; i++) {
		const struct pin_previous_entry *e = &t->previous->entries[i];

		ret[i] = (struct plan_previous){
			.consistency = e->consistency,
			.serial = e->serial,
		};
		if (!previous_in_force(t->registry, e->serial))
			ret[i].meta = t->enter[n_read++].patch->meta;
	}
	return t->previous->n;
}

int phases_check_slots(const struct registry *reg, const struct plan *plan, struct report *report)
{
	for (size_t i = 0; i < reg->n_stale_pins; i++)
		for (size_t j = 0; j < plan->n_enter; j++)
			if (plan->consistency == KLP_CONSISTENCY_IMMEDIATE &&
			    reg->stale_pins[i].gates_mask == 1ULL << plan->enter[j].slot)
				return report_errno(report, -EBUSY, "Pins gen-%llu of an old set "
						    "resist removal and would come into force "
						    "again",
						    (unsigned long long)reg->stale_pins[i].serial);
	return 0;
}

size_t phases_patches(const struct registry *reg,
		      struct plan_patch ret[static REGISTRY_PATCHES_MAX])
{
	for (size_t i = 0; i < reg->n_patches; i++)
		ret[i] = (struct plan_patch){
			.meta = reg->patches[i]->meta,
			.consistency = reg->patches[i]->consistency,
			.slot = reg->patches[i]->slot,
			.serial = reg->patches[i]->serial,
		};
	return reg->n_patches;
}

void phases_blame_companion(const struct registry *reg, struct report *report)
{
	char *detail;

	if (!report || report->outcome != OUTCOME_NO_COMPANION)
		return;
	if (reg->companion_report.outcome == OUTCOME_COMPANION_ABI) {
		report->outcome = OUTCOME_COMPANION_ABI;
		detail = strdup(reg->companion_report.detail ?: "");
	} else if (!lockdown_wants_signatures() ||
		   asprintf(&detail, "%s; %s", report->detail ?: "", LOCKDOWN_SIGNATURE_HELP) < 0) {
		return;
	}
	free(report->detail);
	report->detail = detail;
}

/*
 * A repair has chosen its patches already. They all have one consistency, which is that of the
 * change.
 */
static int plan_repair(struct transaction *t, struct plan *plan, struct report *report)
{
	plan->verb = t->verb;
	plan->consistency = t->consistency = t->leave[0]->consistency;
	if (t->consistency == KLP_CONSISTENCY_PER_TASK && !t->registry->companion)
		return report_set(report,
				  t->registry->companion_report.outcome ?: OUTCOME_NO_COMPANION,
				  "%s",
				  t->registry->companion_report.detail ?:
					  "Tasks cannot be moved without the companion");
	return 0;
}

/* Decide which patches enter and which leave. */
static int plan_decide(struct transaction *t, struct plan *plan, struct report *report)
{
	struct plan_previous previous[PIN_PREVIOUS_MAX];
	struct plan_patch patches[REGISTRY_PATCHES_MAX];
	struct plan_request request = {
		.verb = t->verb,
		.meta = t->path ? t->enter[0].patch->meta : NULL,
		.name = t->disable,
		.immediate = t->immediate,
		.deadline = t->deadline,
		.companion = t->registry->companion != NULL,
		.companion_older = t->registry->companion && !registry_can_enter(t->registry),
		.taken = t->registry->taken,
	};
	size_t n_patches = phases_patches(t->registry, patches);
	int r;

	r = recovery_incomplete_refuse(t->registry, t->verb, request.meta, t->disable, report);
	if (r != 0)
		return r;
	if (t->verb == CHANGE_REPAIR)
		return plan_repair(t, plan, report);
	if (t->previous) {
		request.previous = previous;
		request.n_previous = plan_previous(t, previous);
	}
	r = plan_make(patches, n_patches, &request, plan, report);
	if (r == OUTCOME_NO_COMPANION) {
		phases_blame_companion(t->registry, report);
		return t->registry->companion_report.outcome == OUTCOME_COMPANION_ABI ?
			       OUTCOME_COMPANION_ABI : r;
	}
	if (r == 0)
		r = phases_check_slots(t->registry, plan, report);
	if (r != 0)
		return r;
	t->verb = plan->verb;
	t->consistency = plan->consistency;
	for (size_t i = 0; i < plan->n_leave; i++)
		t->leave[t->n_leave++] = t->registry->patches[plan->leave[i]];
	return 0;
}

int phases_remember(struct transaction *t)
{
	const struct patch *subject = t->n_enter > 0 ? t->enter[0].patch : t->leave[0];

	t->name = strdup(subject->meta->name);
	t->version = strdup(subject->meta->version);
	t->replaced = calloc(t->n_leave + 1, sizeof(*t->replaced));
	t->returning = calloc(t->n_enter + 1, sizeof(*t->returning));
	if (!t->name || !t->version || !t->replaced || !t->returning)
		return -ENOMEM;
	for (size_t i = 0; t->verb == CHANGE_ROLLBACK && i < t->n_enter; i++) {
		t->returning[i] = strdup(t->enter[i].patch->meta->name);
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

/* Number all entering patches. The last serial is that of the generation. */
static int plan_number(struct transaction *t, struct report *report)
{
	uint64_t serial;
	int r;

	r = registry_next_serial(t->registry, &serial);
	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	for (size_t i = 0; i < t->n_enter; i++)
		t->enter[i].patch->serial = serial + i;
	t->generation = serial + (t->n_enter > 0 ? t->n_enter - 1 : 0);
	return 0;
}

static int plan_read(struct transaction *t, struct report *report)
{
	if (t->verb == CHANGE_ROLLBACK)
		return previous_read(t, report);
	return t->path ? incoming_read(&t->enter[t->n_enter++], t->path, NULL, report) : 0;
}

int phases_plan(struct transaction *t, struct report *report)
{
	struct plan plan = { .n_enter = 0 };
	int r = 0;

	(void)keep_look(t->registry);
	if (t->verb != CHANGE_DISABLE && t->verb != CHANGE_REPAIR)
		r = keep_refuse(t->registry, report);
	if (r == 0)
		r = plan_read(t, report);
	if (r == 0)
		r = plan_decide(t, &plan, report);
	if (r == 0)
		r = phases_remember(t);
	if (r == 0)
		r = plan_number(t, report);
	for (size_t i = 0; i < t->n_enter && i < plan.n_enter; i++) {
		t->enter[i].patch->consistency = plan.consistency;
		t->enter[i].patch->slot = plan.enter[i].slot;
	}
	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = incoming_resolve(&t->enter[i], t->registry, t->leave, t->n_leave, report);
	return r;
}

int phases_load(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = incoming_load(&t->enter[i], t->registry, &point, report);
	return r;
}

void phases_load_undo(struct transaction *t)
{
	for (size_t i = t->n_enter; i > 0; i--)
		incoming_load_undo(&t->enter[i - 1]);
}

int phases_register(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = incoming_register(&t->enter[i], t->registry, &point, report);
	return r;
}

void phases_register_undo(struct transaction *t)
{
	for (size_t i = t->n_enter; i > 0; i--)
		incoming_register_undo(&t->enter[i - 1], t->registry);
}

int phases_attach(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = incoming_attach(&t->enter[i], t->leave, t->n_leave, &point, report);
	return r;
}

void phases_attach_undo(struct transaction *t)
{
	bool attached = false;

	for (size_t i = t->n_enter; i > 0; i--)
		attached = incoming_attach_undo(&t->enter[i - 1]) || attached;
	/* the programs are freed next, so no task may still be in them */
	if (attached && t->registry->companion)
		(void)companion_barrier(t->registry->companion);
}

int phases_pin(struct transaction *t, struct report *report)
{
	unsigned int point = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++)
		r = incoming_pin(&t->enter[i], &point, report);
	if (r != 0)
		return r;
	r = previous_remember(t);
	if (r < 0)
		return report_errno(report, r, "Cannot pin what was in force before under '%s'",
				    KLPD_PIN_DIR);
	return fault_point(PHASE_PIN, ++point);
}

void phases_pin_undo(struct transaction *t)
{
	previous_forget(t);
	for (size_t i = t->n_enter; i > 0; i--)
		incoming_pin_undo(&t->enter[i - 1], t->registry);
}
