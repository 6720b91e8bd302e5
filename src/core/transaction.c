/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a change through its phases (table in transaction.h) in order, and owns SWITCH, the point of
 * no return. A failure before SWITCH leaves nothing behind, and nothing after it is fatal. phases.c
 * has the phases before SWITCH, switch.c the work of SWITCH, retire.c RETIRE.
 *
 * After SWITCH the registry holds the entering patches too, and the state of each patch tells what
 * the kernel does with it. So the registry that recover.c would read back from the kernel equals
 * the one held here.
 */
#include <stdbool.h>
#include <time.h>

#include "core/previous.h"
#include "core/fault.h"
#include "core/phases.h"
#include "core/retire.h"
#include "core/switch.h"
#include "core/struct-ops.h"
#include "util/macro.h"

static uint64_t usec_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_nsec / 1000;
}

static int transaction_switch(struct transaction *t, struct report *report)
{
	struct timespec now;
	int r;

	/* check for room now, so that nothing can fail once the change is in force */
	if (t->registry->n_patches + t->n_enter > REGISTRY_PATCHES_MAX)
		return report_set(report, OUTCOME_UNSUPPORTED, "Too many attachment sets");
	(void)clock_gettime(CLOCK_REALTIME, &now);
	t->started_usec = usec_of(&now);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	t->started_monotonic_usec = usec_of(&now);
	r = switch_run(t, report);
	if (r != 0)
		return r;

	t->switched = true;
	for (size_t i = 0; i < t->n_leave; i++)
		t->leave[i]->state = PATCH_LEAVING;
	for (size_t i = 0; i < t->n_enter; i++) {
		t->enter[i].patch->state = PATCH_ENTERING;
		(void)registry_add(t->registry, t->enter[i].patch);
	}
	(void)fault_point(PHASE_SWITCH, 1);
	return 0;
}

static const struct step {
	enum phase phase;
	bool disable;		/* also runs if no patch enters */
	int (*run)(struct transaction *t, struct report *report);
	void (*undo)(struct transaction *t);
} steps[] = {
	{ PHASE_PLAN,		true,	phases_plan,		NULL },
	{ PHASE_LOAD,		false,	phases_load,		phases_load_undo },
	{ PHASE_REGISTER,	false,	phases_register,	phases_register_undo },
	{ PHASE_ATTACH,		false,	phases_attach,		phases_attach_undo },
	{ PHASE_PIN,		true,	phases_pin,		phases_pin_undo },
	{ PHASE_SWITCH,		true,	transaction_switch,	switch_undo },
};

/* Rounds up, so that a requested limit does not become 0, which means none. */
static uint32_t timeout_in_ms(uint64_t usec)
{
	return (uint32_t)MIN(usec / 1000 + (usec % 1000 != 0), (uint64_t)UINT32_MAX);
}

int transaction_new(struct registry *reg, const struct transaction_request *request,
		    struct transaction **ret)
{
	_cleanup_(transaction_freep) struct transaction *t = NULL;

	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->registry = reg;
	t->verb = request->verb;
	t->immediate = request->immediate;
	t->deadline = request->deadline;
	t->timeout_ms = timeout_in_ms(request->timeout_usec);
	for (size_t i = 0; i < MIN(request->n_leave, ARRAY_SIZE(t->leave)); i++)
		t->leave[t->n_leave++] = request->leave[i];
	if (request->path) {
		t->path = strdup(request->path);
		if (!t->path)
			return -ENOMEM;
	}
	if (request->name) {
		t->disable = strdup(request->name);
		if (!t->disable)
			return -ENOMEM;
	}
	*ret = TAKE_PTR(t);
	return 0;
}

static void transaction_built(struct transaction *t)
{
	for (size_t i = 0; i < t->n_enter; i++)
		incoming_built(&t->enter[i]);
}

struct transaction *transaction_free(struct transaction *t)
{
	if (!t)
		return NULL;
	transaction_built(t);
	for (size_t i = 0; !t->switched && i < t->n_enter; i++)
		patch_free(t->enter[i].patch);
	for (size_t i = 0; t->replaced && t->replaced[i]; i++)
		free(t->replaced[i]);
	for (size_t i = 0; t->returning && t->returning[i]; i++)
		free(t->returning[i]);
	report_done(&t->refusal);
	free(t->replaced);
	free(t->returning);
	free(t->previous);
	free(t->name);
	free(t->version);
	free(t->path);
	free(t->disable);
	free(t);
	return NULL;
}

int transaction_run(struct transaction *t, struct report *report)
{
	size_t i;
	int r = 0;

	(void)retire_stale_pins(t->registry, NULL);
	registry_use(t->registry);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (!steps[i].disable && t->n_enter == 0)
			continue;
		t->phase = steps[i].phase;
		r = fault_point(t->phase, 0);
		if (r == 0)
			r = steps[i].run(t, report);
		if (r != 0)
			break;
		/* drop names reported by a phase that succeeded */
		report_done(report);
	}
	registry_release(t->registry);
	if (r == 0) {
		transaction_built(t);
		return 0;
	}

	if (r < 0)
		r = report_errno(report, r, "Phase %s failed", phase_to_string(t->phase));
	if (report)
		report->phase = t->phase;
	/* a rollback or repair of several patches is about none in particular */
	if ((t->verb != CHANGE_ROLLBACK && t->verb != CHANGE_REPAIR) ||
	    t->n_enter + t->n_leave == 1)
		report_names(report, t->name ? t->name : t->disable, NULL, NULL);
	for (i++; i > 0; i--)
		if (i <= ARRAY_SIZE(steps) && steps[i - 1].undo)
			steps[i - 1].undo(t);
	return r;
}

const char *transaction_subject(const struct transaction *t)
{
	return t->name ?: t->disable ?: t->path ?: "what was before";
}

uint64_t transaction_running_usec(const struct transaction *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return usec_of(&now) - MIN(usec_of(&now), t->started_monotonic_usec);
}

bool transaction_waits(const struct transaction *t)
{
	return t->number != 0 && t->phase < PHASE_COMPLETE;
}

bool transaction_has_callbacks(const struct transaction *t)
{
	for (size_t i = 0; i < t->n_enter; i++)
		if (t->enter[i].patch->meta->n_callbacks > 0)
			return true;
	for (size_t i = 0; t->n_enter == 0 && i < t->n_leave; i++)
		if (t->leave[i]->meta->n_callbacks > 0)
			return true;
	return false;
}

const struct meta *transaction_sticky(const struct transaction *t)
{
	for (size_t i = 0; i < t->n_enter && !t->reversed; i++)
		if (t->enter[i].patch->meta->sticky)
			return t->enter[i].patch->meta;
	return NULL;
}

/* Set the direction of the transition and with it the state of each patch. */
static void transaction_turned(struct transaction *t, bool reversed)
{
	t->reversed = reversed;
	for (size_t i = 0; i < t->n_enter; i++)
		t->enter[i].patch->state = reversed ? PATCH_LEAVING : PATCH_ENTERING;
	for (size_t i = 0; i < t->n_leave; i++)
		t->leave[i]->state = reversed ? PATCH_ENTERING : PATCH_LEAVING;
	/* an error shows in the status and is retried at the end */
	(void)struct_ops_settle(t->registry);
}

static void transaction_take(struct transaction *t, const struct klp_uapi_transition *now)
{
	t->total = now->total;
	t->moved = MIN(now->moved, now->total);
	t->timeout_ms = now->timeout_ms;
	t->timed_out = now->timed_out != 0;
}

int transaction_sync(struct transaction *t)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;
	int r;

	if (!transaction_waits(t))
		return -ENOENT;
	r = companion_status(t->registry->companion, &status, &records);
	if (r < 0)
		return r;
	if (status.transition.number != t->number)
		return -ENOENT;
	transaction_take(t, &status.transition);
	transaction_turned(t, status.transition.reversed != 0);
	return 0;
}

/* Whether the record of this patch exists other than as one that left by force. */
static bool transaction_has_record(const struct klp_ioc_status *status,
				   const struct klp_uapi_patch *records, const struct patch *s)
{
	for (uint32_t i = 0; i < status->nr; i++)
		if (records[i].id == s->id)
			return records[i].state != KLP_FORCED_OUT;
	return false;
}

bool transaction_over(struct transaction *t, bool *ret_reversed)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	if (!transaction_waits(t) ||
	    companion_status(t->registry->companion, &status, &records) < 0 ||
	    status.transition.number == t->number)
		return false;
	if (status.last_transition == t->number) {
		*ret_reversed = status.last_reversed != 0;
		t->timed_out = status.last_timed_out != 0;
	} else if (t->n_enter > 0) {
		/* another client's transitions followed it; the records tell how it ended */
		*ret_reversed = !transaction_has_record(&status, records, t->enter[0].patch);
	} else {
		/* if it was reversed they are still there, but for any that another client removed */
		*ret_reversed = false;
		for (size_t i = 0; i < t->n_leave; i++)
			*ret_reversed |= transaction_has_record(&status, records, t->leave[i]);
	}
	t->moved = t->total;
	return true;
}

void transaction_progress(struct transaction *t, const struct klp_uapi_event *event)
{
	bool timed_out = event->timed_out != 0;

	if (event->type != KLP_EVENT_DONE &&
	    ((event->reversed != 0) != t->reversed || timed_out != t->timed_out)) {
		/* the companion reversed it, or the event is older than a reversal */
		(void)transaction_sync(t);
		return;
	}
	t->total = event->total;
	t->moved = MIN(event->moved, event->total);
	t->timed_out = timed_out;
}

int transaction_reverse(struct transaction *t)
{
	int r;

	if (!transaction_waits(t))
		return -ENOENT;
	r = companion_reverse(t->registry->companion, t->number, t->reversed);
	/* the timeout has just reversed it, so it goes the requested way */
	if (r == -EALREADY)
		return transaction_sync(t);
	if (r < 0)
		return r;
	/* no task blocked it, so it is complete; the event follows */
	if (transaction_sync(t) < 0)
		transaction_turned(t, !t->reversed);
	return 0;
}

int transaction_force(struct transaction *t, uint32_t *ret_forced)
{
	int r;

	if (!transaction_waits(t))
		return -ENOENT;
	r = companion_force(t->registry->companion, t->number, ret_forced);
	if (r < 0)
		return r;
	t->forced = true;
	return 0;
}

void transaction_complete(struct transaction *t, bool reversed)
{
	uint64_t old;

	t->phase = PHASE_COMPLETE;
	t->timeout_ms = 0;
	t->reversed = reversed;
	if (reversed && t->number != 0)
		switch_look_refused(t);
	(void)fault_point(PHASE_COMPLETE, 0);
	for (size_t i = 0; i < t->n_leave; i++) {
		t->leave[i]->state = reversed ? PATCH_IN_FORCE : PATCH_LEAVING;
		t->leave[i]->forced = t->leave[i]->forced || t->forced;
	}
	for (size_t i = 0; i < t->n_enter; i++) {
		t->enter[i].patch->state = reversed ? PATCH_LEAVING : PATCH_IN_FORCE;
		t->enter[i].patch->forced = t->enter[i].patch->forced || t->forced;
	}
	(void)struct_ops_settle(t->registry);
	if (reversed) {
		previous_forget(t);
		/* the patches that were to enter leave */
		for (t->n_leave = 0; t->n_leave < t->n_enter; t->n_leave++)
			t->leave[t->n_leave] = t->enter[t->n_leave].patch;
		t->n_enter = 0;
		t->generation = gate_generation(t->registry->gate);
	} else {
		old = gate_generation(t->registry->gate);
		gate_raise_generation(t->registry->gate, t->generation);
		previous_expire(old);
	}
	(void)fault_point(PHASE_COMPLETE, 1);
}

int transaction_retire(struct transaction *t, struct grace **ret)
{
	size_t n = t->n_leave;

	t->phase = PHASE_RETIRE;
	t->n_leave = 0;
	return retire_patches(t->registry, t->leave, n, ret);
}

/* Determine which patches the running transition moves, as seen from its beginning. */
static void resume_sets(struct transaction *t)
{
	enum patch_state incoming = t->reversed ? PATCH_LEAVING : PATCH_ENTERING;

	for (size_t i = 0; i < t->registry->n_patches; i++) {
		struct patch *s = t->registry->patches[i];

		if (s->state == PATCH_IN_FORCE)
			continue;
		if (s->state == incoming && t->n_enter < ARRAY_SIZE(t->enter))
			t->enter[t->n_enter++].patch = s;
		else if (s->state != incoming && t->n_leave < ARRAY_SIZE(t->leave))
			t->leave[t->n_leave++] = s;
	}
}

/* Determine the kind of change and the generation it makes, as far as they can be seen. */
static void resume_change(struct transaction *t)
{
	_cleanup_free_ struct pin_previous *previous = NULL;

	t->verb = t->n_enter == 0 ? CHANGE_DISABLE :
		  t->n_leave > 0 ? CHANGE_REPLACE : CHANGE_ENABLE;
	for (size_t i = 0; i < t->n_enter; i++)
		t->generation = MAX(t->generation, t->enter[i].patch->serial);
	if (previous_pending(t->registry, &previous) == 0 &&
	    (t->n_enter == 0 || previous->generation == t->generation)) {
		t->generation = previous->generation;
		t->remembered = true;
		if (previous->change == CHANGE_ROLLBACK)
			t->verb = CHANGE_ROLLBACK;
	}
	if (t->generation == 0)
		t->generation = gate_generation(t->registry->gate) + 1;
}

int transaction_resume(struct registry *reg, const struct klp_uapi_transition *running,
		       struct transaction **ret)
{
	_cleanup_(transaction_freep) struct transaction *t = NULL;
	struct timespec boot, now;
	uint64_t running_usec;
	int r;

	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->registry = reg;
	t->phase = PHASE_SWITCH;
	t->switched = true;
	t->consistency = KLP_CONSISTENCY_PER_TASK;
	t->number = running->number;
	t->reversed = running->reversed != 0;
	transaction_take(t, running);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	running_usec = usec_of(&boot) - MIN(usec_of(&boot), running->started_ns / 1000);
	t->started_usec = usec_of(&now) - MIN(usec_of(&now), running_usec);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	t->started_monotonic_usec = usec_of(&now) - MIN(usec_of(&now), running_usec);

	resume_sets(t);
	if (t->n_enter == 0 && t->n_leave == 0)
		return -ENODATA;
	resume_change(t);
	r = phases_remember(t);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(t);
	return 0;
}
