// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks what a change would be refused for, and continues after each problem. These are the phases
 * PLAN and LOAD (transaction.h) without lasting effects: the same rules, the same look-ups, and a
 * load after which the programs are closed again (check-load.c).
 *
 * What is not tried is reported with the reason. Nothing is tried that would have an effect until
 * reboot.
 */
#include "core/check.h"
#include "core/check-load.h"
#include "core/keep.h"
#include "core/phases.h"
#include "core/recovery-incomplete.h"
#include "kern/object.h"
#include "util/macro.h"

static const char *const load_test_names[] = {
	[LOAD_TEST_NOT_TRIED] = "not_tried",
	[LOAD_TEST_PASSED] = "passed",
	[LOAD_TEST_FAILED] = "failed",
};
_Static_assert(ARRAY_SIZE(load_test_names) == _LOAD_TEST_MAX, "a load test without a name");

const char *check_load_test_to_string(enum check_load_test load_test)
{
	return (unsigned int)load_test < _LOAD_TEST_MAX ? load_test_names[load_test] : "not_tried";
}

int check_problem(struct check *c, enum phase phase, int result, struct report *report)
{
	int r;

	if (result == -ENOMEM)
		return result;
	/* the rest would take time, and its result is not used */
	if (result == OUTCOME_CANCELLED) {
		report_done(report);
		return -ECANCELED;
	}
	if (result < 0)
		(void)report_errno(report, result, "Phase %s failed", phase_to_string(phase));
	if (report->outcome != OUTCOME_OK)
		report_names(report, c->incoming.patch->meta->name, NULL, NULL);
	report->phase = phase;
	r = report_list_take(&c->problems, report);
	return r == -ENOSPC ? 0 : r;
}

/*
 * Apply the planner's rules. While another change is running, they are applied as if no patch were
 * in force.
 */
static int check_plan(struct check *c, struct registry *reg, const struct check_request *request)
{
	struct plan_patch patches[REGISTRY_PATCHES_MAX];
	struct plan_request q = {
		.verb = request->replace ? CHANGE_REPLACE : CHANGE_ENABLE,
		.meta = c->incoming.patch->meta,
		.immediate = request->immediate,
		.companion = reg->companion != NULL,
		.companion_older = reg->companion && !registry_can_enter(reg),
		.taken = reg->taken,
	};
	bool busy = request->busy && request->busy->outcome != OUTCOME_OK;
	struct report report = REPORT_INIT;
	int r = 0;

	if (busy)
		r = check_problem(c, PHASE_PLAN, 0, request->busy);
	if (r == 0)
		r = plan_check_all(patches, busy ? 0 : phases_patches(reg, patches), &q, &c->plan,
				   &c->problems);
	for (size_t i = 0; i < c->problems.n; i++)
		phases_blame_companion(reg, &c->problems.reports[i]);
	if (r < 0 || busy)
		return r;
	r = phases_check_slots(reg, &c->plan, &report);
	r = check_problem(c, PHASE_PLAN, r, &report);
	if (r < 0)
		return r;
	(void)keep_look(reg);
	r = check_problem(c, PHASE_PLAN, keep_refuse(reg, &report), &report);
	if (r < 0)
		return r;
	return check_problem(c, PHASE_PLAN,
			     recovery_incomplete_refuse(reg, q.verb, q.meta, NULL, &report),
			     &report);
}

static const char *check_find_owner(const struct registry *reg, const struct meta_func *f)
{
	for (size_t i = 0; i < reg->n_patches; i++)
		for (size_t j = 0; j < reg->patches[i]->meta->n_funcs; j++)
			if (meta_func_same(&reg->patches[i]->meta->funcs[j], f))
				return reg->patches[i]->meta->name;
	return NULL;
}

static int check_look_func(struct check *c, struct registry *reg, struct targets *targets, size_t i)
{
	const struct meta_func *f = &c->incoming.patch->meta->funcs[i];
	struct report report = REPORT_INIT;
	int r;

	r = incoming_resolve_func(&c->incoming, reg, targets, i, &report);
	c->funcs[i].fit = r == 0;
	r = check_problem(c, PHASE_PLAN, r, &report);
	if (r < 0)
		return r;
	c->funcs[i].owner = check_find_owner(reg, f);
	r = targets_facts(targets, f, object_btf(c->incoming.object), &c->funcs[i].facts, &report);
	/* incoming_resolve_func() has reported this if it matters */
	report_done(&report);
	return r == -ENOMEM ? r : 0;
}

/*
 * Find all foreign hooks at functions of the patch. Each look-up returns the first, so repeat until
 * none is left.
 */
static int check_foreign(struct check *c, struct registry *reg)
{
	_cleanup_free_ bool *known = calloc(c->incoming.patch->meta->n_funcs, sizeof(*known));
	int r = 1;

	if (!known)
		return -ENOMEM;
	while (r > 0) {
		struct report report = REPORT_INIT;
		size_t i = SIZE_MAX;

		r = incoming_resolve_foreign(&c->incoming, reg, known, &i, &report);
		if (r > 0 && i != SIZE_MAX) {
			known[i] = true;
			if (r == OUTCOME_TAKEN)
				c->funcs[i].taken = strdup(report.detail ?: "");
		} else if (r > 0) {
			r = -EIO;
		}
		if (check_problem(c, PHASE_PLAN, r < 0 ? r : 0, &report) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int check_aliases(struct check *c, struct registry *reg)
{
	struct patch *leave[PLAN_PATCHES_MAX];
	struct report report = REPORT_INIT;
	size_t i = SIZE_MAX;
	int r;

	for (size_t j = 0; j < c->plan.n_leave; j++)
		leave[j] = reg->patches[c->plan.leave[j]];
	r = incoming_resolve_aliases(&c->incoming, reg, leave, c->plan.n_leave, &i, &report);
	if (r > 0 && i != SIZE_MAX)
		c->funcs[i].fit = false;
	return check_problem(c, PHASE_PLAN, r, &report);
}

static int check_look(struct check *c, struct registry *reg)
{
	const struct meta *m = c->incoming.patch->meta;
	struct report report = REPORT_INIT;
	struct targets *targets = NULL;
	int r;

	r = incoming_resolve_ftrace(&c->incoming, &report);
	r = check_problem(c, PHASE_PLAN, r, &report);
	if (r < 0)
		return r;
	r = incoming_resolve_begin(&c->incoming, reg, &targets, &report);
	c->looked = r == 0;
	r = check_problem(c, PHASE_PLAN, r, &report);
	if (r < 0 || !c->looked)
		return r;
	for (size_t i = 0; r == 0 && i < m->n_funcs; i++)
		r = check_look_func(c, reg, targets, i);
	for (size_t i = 0; r == 0 && i < m->n_callbacks; i++)
		r = check_problem(c, PHASE_PLAN, incoming_select_callback(&c->incoming, i, &report),
				  &report);
	for (size_t i = 0; r == 0 && i < m->n_struct_ops; i++)
		r = check_problem(c, PHASE_PLAN,
				  incoming_resolve_struct_ops(&c->incoming, targets, i, &report),
				  &report);
	if (r == 0)
		r = check_aliases(c, reg);
	return r == 0 && m->n_funcs > 0 ? check_foreign(c, reg) : r;
}

static void check_advise(struct check *c, const struct registry *reg, bool immediate)
{
	const struct meta *m = c->incoming.patch->meta;

	for (size_t i = 0; c->looked && i < m->n_funcs; i++) {
		const struct recommend_case one = {
			.facts = &c->funcs[i].facts,
			.sympos = m->funcs[i].sympos,
			.strict = m->strict,
			.immediate = immediate,
			.companion = registry_can_enter(reg),
		};

		recommend_make(&one, c->funcs[i].recommendations);
	}
}

/* Choose a serial as phase PLAN does, because the programs are given it. */
static int check_number(struct check *c, const struct registry *reg, struct report *report)
{
	int r = registry_next_serial(reg, &c->incoming.patch->serial);

	if (r < 0)
		return report_errno(report, r, "Cannot read the pins");
	return 0;
}

static int check_all(struct registry *reg, const struct check_request *request, struct check **ret,
		     struct report *report)
{
	_cleanup_(check_freep) struct check *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	r = incoming_read(&c->incoming, request->path, NULL, report);
	if (r == 0)
		r = check_number(c, reg, report);
	if (r != 0)
		return r;
	c->funcs = calloc(c->incoming.patch->meta->n_funcs, sizeof(*c->funcs));
	if (!c->funcs)
		return -ENOMEM;
	r = check_plan(c, reg, request);
	c->incoming.patch->consistency = c->plan.consistency;
	c->incoming.patch->slot = c->plan.enter[0].slot;
	if (r == 0)
		r = check_look(c, reg);
	if (r == 0 && c->looked)
		r = check_load(c, reg);
	if (r < 0)
		return r;
	check_advise(c, reg, request->immediate);
	*ret = TAKE_PTR(c);
	return 0;
}

int check_run(struct registry *reg, const struct check_request *request, struct check **ret,
	      struct report *report)
{
	int r;

	registry_use(reg);
	r = check_all(reg, request, ret, report);
	registry_release(reg);
	return r;
}

struct check *check_free(struct check *c)
{
	size_t n = c && c->incoming.patch ? c->incoming.patch->meta->n_funcs : 0;

	if (!c)
		return NULL;
	for (size_t i = 0; c->funcs && i < n; i++) {
		target_facts_done(&c->funcs[i].facts);
		free(c->funcs[i].taken);
	}
	free(c->funcs);
	incoming_built(&c->incoming);
	patch_free(c->incoming.patch);
	report_list_done(&c->problems);
	free(c);
	return NULL;
}
