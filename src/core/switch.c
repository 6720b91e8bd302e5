/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SWITCH: puts all entering patches in force at once. Struct_ops instances go first, because that
 * can be undone without any effect on the rest; then the gates, by the companion or with one
 * compare-and-swap of the gates word. A refusal of the companion is reported in terms of the patch:
 * its functions, objects and callbacks. A failure changes nothing but what switch_undo() takes
 * back.
 */
#include <string.h>

#include "core/registration.h"
#include "core/fault.h"
#include "core/switch.h"
#include "core/struct-ops.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int switch_immediate(struct transaction *t, struct report *report)
{
	uint64_t expected = gate_read(t->registry->gate), wanted = expected;
	int r;

	for (size_t i = 0; i < t->n_leave; i++)
		wanted &= ~patch_gates_mask(t->leave[i]);
	for (size_t i = 0; i < t->n_enter; i++)
		wanted |= patch_gates_mask(t->enter[i].patch);
	t->timeout_ms = 0;
	r = gate_switch(t->registry->gate, expected, wanted);
	if (r < 0)
		return report_errno(report, r, "Another program changed the gates word");
	return 0;
}

static int switch_callback_failed(const struct meta *m, const struct companion_blame *blame,
				  struct report *report)
{
	const char *text = strerrordesc_np(-blame->callback_error), *object = "?";
	bool told = report && report->outcome != OUTCOME_OK;
	struct registration registered;
	int r;

	if (registration_make(m, &registered) == 0 && blame->index < registered.n_objects)
		object = registered.objects[blame->index].name;
	report_names(report, m->name, object, NULL);
	r = report_set(report, OUTCOME_CALLBACK, "The pre_patch callback of object '%s' of patch "
		       "'%s' refused it: %s", object, m->name, text ?: "it gave no reason");
	if (report && !told && text)
		report->error = -blame->callback_error;
	return r;
}

/* A module was loaded between PLAN and SWITCH and lacks a function of the patch. */
static int switch_lacks_function(const struct meta *m, const struct companion_blame *blame,
				 struct report *report)
{
	const struct meta_func *f = &m->funcs[blame->index < m->n_funcs ? blame->index : 0];

	report_names(report, m->name, f->object, f->symbol);
	return report_set(report, OUTCOME_NO_SUCH_FUNCTION, "Module '%s', which was loaded meanwhile, "
			  "has no function '%s' that can be patched", f->object, f->symbol);
}

static bool switch_is_busy(const struct transaction *t)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_callback callback;
	struct klp_ioc_status status;

	return companion_callback(t->registry->companion, &callback) == 0 ||
	       (companion_status(t->registry->companion, &status, &records) == 0 &&
		status.transition.number != 0);
}

/*
 * Several causes give the same error: another transition, ftrace switched off, or a foreign hook
 * that redirects a function since PLAN looked. Each is reported only if it is found to be the case
 * now.
 */
static int switch_explain(struct transaction *t, int error, struct report *report)
{
	size_t foreign;
	int r = 0;

	if (error == -EBUSY && switch_is_busy(t))
		return report_set(report, OUTCOME_BUSY, "The companion runs another transition, or a "
				  "callback that has to end first");
	if (error == -EAGAIN)
		return report_set(report, OUTCOME_BUSY, "Other programs attach or detach tracing programs "
				  "at a function of the patch, and ftrace could not be updated; try again");
	for (size_t i = 0; r == 0 && i < t->n_enter; i++) {
		r = incoming_resolve_ftrace(&t->enter[i], report);
		if (r == 0 && t->enter[i].patch->meta->n_funcs > 0)
			r = incoming_resolve_foreign(&t->enter[i], t->registry, NULL, &foreign,
						     report);
	}
	return r > 0 ? r : report_errno(report, error, "The companion cannot start the transition");
}

/* Report the function or object that the companion names in *blame, if it names one. */
static int switch_refused(struct transaction *t, int error, const struct companion_blame *blame,
			  struct report *report)
{
	const struct meta *m = NULL;

	for (size_t i = 0; i < t->n_enter; i++)
		if (t->enter[i].patch->id == blame->record)
			m = t->enter[i].patch->meta;
	if (m && error == -ECANCELED)
		return switch_callback_failed(m, blame, report);
	if (m && error == -ENOEXEC)
		return switch_lacks_function(m, blame, report);
	report_names(report, m ? m->name : NULL, NULL, NULL);
	return switch_explain(t, error, report);
}

void switch_look_refused(struct transaction *t)
{
	struct companion_blame blame;
	int error;

	if (companion_refusal(t->registry->companion, t->number, &error, &blame) < 0)
		return;
	(void)switch_refused(t, error, &blame, &t->refusal);
	t->refusal.phase = PHASE_SWITCH;
	report_names(&t->refusal, t->name, NULL, NULL);
}

/*
 * The records that leave. One that another user of the device has taken out is not there any more,
 * and must not keep klpd from removing the rest of its patch.
 */
static size_t switch_leaving(const struct transaction *t, uint64_t *ret)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;
	bool known = companion_status(t->registry->companion, &status, &records) == 0;
	size_t n = 0;

	for (size_t i = 0; i < t->n_leave; i++) {
		bool there = !known;

		for (uint32_t j = 0; known && j < status.nr; j++)
			there = there || (records[j].id == t->leave[i]->id &&
					  records[j].state != KLP_FORCED_OUT);
		if (there)
			ret[n++] = t->leave[i]->id;
	}
	return n;
}

static int switch_per_task(struct transaction *t, struct report *report)
{
	uint64_t enter[KLP_GATE_SLOTS], leave[KLP_GATE_SLOTS];
	struct companion_switch request = {
		.enter = enter,
		.leave = leave,
		.n_enter = (uint32_t)t->n_enter,
	};
	struct companion_blame blame;
	size_t n_leave;
	int r;

	for (size_t i = 0; i < t->n_enter; i++)
		enter[i] = t->enter[i].patch->id;
	n_leave = switch_leaving(t, leave);
	/* nothing is in force that could leave: the change is complete without a transition */
	if (t->n_enter == 0 && n_leave == 0) {
		t->timeout_ms = 0;
		return 0;
	}
	/* only a default timeout gets here, because the planner refuses an explicit one */
	if (transaction_sticky(t))
		t->timeout_ms = 0;
	request.n_leave = (uint32_t)n_leave;
	request.timeout_ms = t->timeout_ms;
	r = companion_switch(t->registry->companion, &request, &t->number, &blame);
	return r < 0 ? switch_refused(t, r, &blame, report) : 0;
}

/*
 * Update shared links to the map of the entering patch. From here on a lookup of the struct_ops
 * instance by name finds the new one.
 */
static int switch_struct_ops(struct transaction *t, struct report *report)
{
	const struct meta_struct_ops *failed = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_enter; i++) {
		struct patch *s = t->enter[i].patch;

		r = struct_ops_take(s, t->leave, t->n_leave, &failed);
		if (r < 0)
			report_names(report, s->meta->name, NULL, NULL);
	}
	if (r == -EPERM || r == -ENOLINK)
		return report_set(report, OUTCOME_TAKEN,
				  "Another program changed struct_ops instance '%s' of type %s",
				  failed->name, failed->type);
	if (r < 0)
		return report_errno(report, r, "Cannot swap struct_ops instance '%s' of type %s",
				    failed->name, failed->type);
	return fault_point(PHASE_SWITCH, 2);
}

void switch_undo(struct transaction *t)
{
	struct patch *enter[KLP_GATE_SLOTS];

	for (size_t i = 0; i < t->n_enter; i++)
		enter[i] = t->enter[i].patch;
	for (size_t i = 0; i < t->n_leave; i++)
		(void)struct_ops_take(t->leave[i], enter, t->n_enter, NULL);
}

int switch_run(struct transaction *t, struct report *report)
{
	int r = switch_struct_ops(t, report);

	if (r != 0)
		return r;
	return t->consistency == KLP_CONSISTENCY_PER_TASK ? switch_per_task(t, report) :
							    switch_immediate(t, report);
}
