// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner. Decides from the patches in force and the request which patches enter and leave, or
 * refuses with a named outcome. Pure. All rules that need only metadata are here, so that a refusal
 * costs nothing and nothing has to be undone; the rules for a patch that enters are in plan-rules.c.
 *
 * Order of the checks, most useful refusal first: is another change running; does the request name
 * what exists; can this klpd carry it out; is the patch compatible with the patches in force
 * (functions, struct_ops instances, states); is the consistency right; is there room.
 *
 * Consistency: a change has one consistency, because one switch moves all of its patches. Either
 * the companion moves tasks, or one store changes the gates word. A disable takes the consistency
 * of the leaving patch. In a replace the leaving patches must have the consistency that the
 * entering patch gets. A patch that stays is not moved and may have either.
 *
 * Patch sets: a patch names its set with set=, and a replace replaces the patches of its set. Patch
 * sets share nothing, so a change of one leaves the others valid.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/plan-rules.h"
#include "klp/uapi.h"
#include "util/macro.h"

static const char *const verb_names[] = {
	[CHANGE_ENABLE] = "enable",
	[CHANGE_REPLACE] = "replace",
	[CHANGE_DISABLE] = "disable",
	[CHANGE_ROLLBACK] = "rollback",
	[CHANGE_REPAIR] = "repair",
};
_Static_assert(ARRAY_SIZE(verb_names) == _CHANGE_MAX, "a verb without a name");
_Static_assert(KLP_GATE_SLOTS == 64, "the gates word has 64 bits");

const char *change_verb_to_string(enum change_verb verb)
{
	return (unsigned int)verb < _CHANGE_MAX ? verb_names[verb] : "unknown";
}

const char *plan_consistency_name(uint32_t consistency)
{
	return consistency == KLP_CONSISTENCY_PER_TASK ? "per-task" : "immediate";
}

/*
 * Refuse immediate consistency for what needs the companion. It calls guard and override bodies,
 * knows only its own gate, and runs callbacks when it moves tasks.
 */
static int check_by_companion(const struct meta *m, struct report *report)
{
	for (size_t i = 0; i < m->n_funcs; i++)
		if (body_is_ops(m->funcs[i].body)) {
			report_names(report, NULL, m->funcs[i].object, m->funcs[i].symbol);
			return report_set(report, OUTCOME_CONSISTENCY,
					  "The %s body of '%s' allows per-task consistency only, "
					  "and immediate was asked for",
					  body_kind_to_string(m->funcs[i].body),
					  m->funcs[i].symbol);
		}
	if (m->n_callbacks == 0)
		return 0;
	report_names(report, NULL, m->callbacks[0].object, NULL);
	return report_set(report, OUTCOME_CONSISTENCY,
			  "The %s callback of '%s' allows per-task consistency only, and immediate "
			  "was asked for", callback_kind_to_string(m->callbacks[0].kind),
			  m->callbacks[0].object);
}

/*
 * Choose the consistency of the entering patch: immediate if asked for, otherwise per task, which
 * needs the companion.
 */
int plan_choose_consistency(const struct meta *m, bool immediate, bool companion, uint32_t *ret,
			    struct report *report)
{
	if (immediate && m->per_task_only)
		return report_set(report, OUTCOME_CONSISTENCY,
				  "The patch allows per-task consistency only, and immediate was "
				  "asked for");
	if (!immediate && !companion)
		return report_set(report, OUTCOME_NO_COMPANION,
				  "Per-task consistency needs the companion module, which is not "
				  "there");
	*ret = immediate ? KLP_CONSISTENCY_IMMEDIATE : KLP_CONSISTENCY_PER_TASK;
	return immediate ? check_by_companion(m, report) : 0;
}

/* All leaving patches must have the consistency of the change, because one switch moves them. */
int plan_check_leaving(const struct plan_patch *patches, const struct plan *plan,
		       struct report *report)
{
	for (size_t i = 0; i < plan->n_leave; i++) {
		const struct plan_patch *s = &patches[plan->leave[i]];

		if (s->consistency != plan->consistency)
			return report_set(report, OUTCOME_CONSISTENCY,
					  "'%s' is in force with %s consistency and cannot leave "
					  "in a change of %s consistency", s->meta->name,
					  plan_consistency_name(s->consistency),
					  plan_consistency_name(plan->consistency));
	}
	return 0;
}

int plan_check_room(size_t n_stay, struct report *report)
{
	if (n_stay >= PLAN_PATCHES_MAX)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "%zu patches are in force, there is no room for one more", n_stay);
	return 0;
}

/*
 * Choose a slot. The entering patch exists beside the leaving ones until they are gone, so it needs
 * its own.
 */
int plan_choose_slot(const struct plan_patch *patches, size_t n_patches, uint64_t taken,
		     uint32_t consistency, uint32_t *ret, struct report *report)
{
	uint64_t used = taken;

	for (size_t i = 0; i < n_patches; i++)
		if (patches[i].consistency == KLP_CONSISTENCY_IMMEDIATE &&
		    patches[i].slot < KLP_GATE_SLOTS)
			used |= UINT64_C(1) << patches[i].slot;
	if (consistency == KLP_CONSISTENCY_IMMEDIATE && used == UINT64_MAX)
		return report_set(report, OUTCOME_UNSUPPORTED,
				  "All %u places of immediate patches are taken, also by those that "
				  "would leave: there is no room for one more", KLP_GATE_SLOTS);
	*ret = consistency == KLP_CONSISTENCY_IMMEDIATE ? (uint32_t)__builtin_ctzll(~used) : 0;
	return 0;
}

size_t plan_staying(const struct plan_patch *patches, size_t n_patches, const struct meta *m,
		    bool replace)
{
	size_t n = 0;

	for (size_t i = 0; i < n_patches; i++)
		n += !replace || !meta_same_set(patches[i].meta, m);
	return n;
}

int plan_find(const struct plan_patch *patches, size_t n_patches, const char *name,
		    size_t *ret)
{
	for (size_t i = 0; i < n_patches; i++)
		if (STREQ(patches[i].meta->name, name)) {
			*ret = i;
			return 0;
		}
	return -ENOENT;
}

static int refuse_sticky(const struct meta *m, struct report *report)
{
	const struct meta_state *s = m->states;
	char more[40] = "";

	if (m->n_states > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", m->n_states - 1);
	return report_set(report, OUTCOME_STICKY,
			  "'%s' can only be replaced, by a patch that carries state %" PRIu64
			  " in version %" PRIu32 " or higher%s", m->name, s->id, s->version, more);
}

int plan_check_leaver(const struct plan_patch *s, bool companion, struct report *report)
{
	if (s->meta->sticky)
		return refuse_sticky(s->meta, report);
	if (s->consistency == KLP_CONSISTENCY_PER_TASK && !companion)
		return report_set(report, OUTCOME_NO_COMPANION,
				  "The patch is in force task by task, and the companion module "
				  "that moves tasks is not there");
	return 0;
}

static int plan_disable(const struct plan_patch *patches, size_t n_patches,
			const struct plan_request *request, struct plan *plan,
			struct report *report)
{
	report_names(report, request->name, NULL, NULL);
	if (plan_find(patches, n_patches, request->name, &plan->leave[0]) < 0)
		return report_set(report, OUTCOME_NO_SUCH_PATCH,
				  "No patch of this name is in force");
	plan->n_leave = 1;
	plan->consistency = patches[plan->leave[0]].consistency;
	return plan_check_leaver(&patches[plan->leave[0]], request->companion, report);
}

static int plan_enter(const struct plan_patch *patches, size_t n_patches,
		      const struct plan_request *request, struct plan *plan, struct report *report)
{
	const struct meta *m = request->meta;
	bool replace = request->verb == CHANGE_REPLACE || m->replace;
	size_t n_stay = plan_staying(patches, n_patches, m, replace);
	int r;

	report_names(report, m->name, NULL, NULL);
	plan->n_enter = 1;
	plan->verb = replace ? CHANGE_REPLACE : CHANGE_ENABLE;
	r = plan_check_enter(patches, n_patches, m, plan->verb, request->deadline, report);
	if (r == 0)
		r = plan_choose_consistency(m, request->immediate,
					    request->companion && !request->companion_older,
					    &plan->consistency, report);
	if (r == 0)
		r = plan_check_room(n_stay, report);
	if (r == 0)
		r = plan_choose_slot(patches, n_patches, request->taken, plan->consistency,
				     &plan->enter[0].slot, report);
	if (r != 0 || !replace)
		return r;
	for (size_t i = 0; i < n_patches; i++)
		if (meta_same_set(patches[i].meta, m))
			plan->leave[plan->n_leave++] = i;
	return plan_check_leaving(patches, plan, report);
}

int plan_make(const struct plan_patch *patches, size_t n_patches,
	      const struct plan_request *request, struct plan *ret, struct report *report)
{
	struct plan plan = { .verb = request->verb };
	int r;

	if (request->changing) {
		report_names(report, request->meta ? request->meta->name : request->name, NULL,
			     NULL);
		return report_set(report, OUTCOME_BUSY, "Another change is running");
	}
	if (request->verb == CHANGE_ROLLBACK)
		r = plan_rollback(patches, n_patches, request, &plan, report);
	else if (request->verb == CHANGE_DISABLE)
		r = plan_disable(patches, n_patches, request, &plan, report);
	else
		r = plan_enter(patches, n_patches, request, &plan, report);
	if (r != 0)
		return r;
	*ret = plan;
	return 0;
}
