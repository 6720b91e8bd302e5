// SPDX-License-Identifier: GPL-2.0-only
/*
 * Phase LOAD as a test: the bodies go through the verifier and are closed again. A body that fails
 * is reported and left out, and the others are loaded again, until none fails.
 *
 * A body is not tried if its function would have to be enabled for fmod_ret. A function stays
 * enabled until reboot, in a set with few entries, and a check must not use one up.
 */
#include "core/registration.h"
#include "core/check-load.h"
#include "kern/object.h"
#include "kern/target.h"
#include "util/macro.h"

#define NOT_FIT		"its function has a problem that comes first"
#define NOT_ENABLED	"its function is not enabled for fmod_ret, and that lasts until reboot; " \
			"enabling the patch enables it, and tries the body then"
#define NO_COMPANION	"the companion is not there, and without it nothing task by task can be loaded"
#define OTHER_COMPANION	"the companion is of another ABI: nothing task by task can be enabled"
#define NOT_ALONE	"the file as a whole could not be loaded"

/* Number of verifier logs kept, so that the answer fits into one message. */
#define LOGS_MAX	16

struct load_test {
	struct check *check;
	struct registry *registry;
	bool *funcs;		/* the bodies to try */
	bool *callbacks;
	unsigned int logs;
};

static void load_not_tried(struct check *c, const bool *which, const char *why)
{
	for (size_t i = 0; i < c->incoming.patch->meta->n_funcs; i++)
		if (!which || which[i]) {
			c->funcs[i].load_test = LOAD_TEST_NOT_TRIED;
			c->funcs[i].not_tried = why;
		}
}

/* Count the functions that the change would enable for fmod_ret, and check that there is room. */
static int load_count_fmod_ret(struct check *c, struct registry *reg)
{
	const struct meta *m = c->incoming.patch->meta;
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct report report = REPORT_INIT;
	struct klp_ioc_status status;
	uint32_t cap;
	int r;

	r = reg->companion ? companion_status(reg->companion, &status, &records) : -ENOENT;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	cap = companion_hello(reg->companion)->fmod_ret_cap;
	for (size_t i = 0; i < m->n_funcs; i++) {
		if (!c->funcs[i].fit || c->incoming.native[i])
			continue;
		c->enables++;
		if (report.outcome != OUTCOME_OK || status.fmod_ret_used + c->enables <= cap)
			continue;
		report_names(&report, m->name, m->funcs[i].object, m->funcs[i].symbol);
		(void)report_set(&report, OUTCOME_FMOD_RET_FULL,
				 "No room to enable '%s' for fmod_ret: the kernel's set of "
				 "modifiable functions may hold %u", m->funcs[i].symbol, cap);
	}
	return check_problem(c, PHASE_LOAD, 0, &report);
}

static void load_choose(struct load_test *t)
{
	struct check *c = t->check;

	for (size_t i = 0; i < c->incoming.patch->meta->n_funcs; i++) {
		t->funcs[i] = c->funcs[i].fit && c->incoming.native[i];
		if (t->funcs[i])
			c->funcs[i].not_tried = NULL;
		else
			c->funcs[i].not_tried = c->funcs[i].fit ? NOT_ENABLED : NOT_FIT;
	}
	for (size_t i = 0; i < c->incoming.patch->meta->n_callbacks; i++)
		t->callbacks[i] = true;
}

/* Open a fresh object and select everything to be tried; *ret_n: how many. */
static int load_prepare(struct load_test *t, size_t *ret_n, struct report *report)
{
	struct incoming *e = &t->check->incoming;
	const struct meta *m = e->patch->meta;
	int r;

	*ret_n = 0;
	e->object = object_free(e->object);
	r = object_open(e->file, e->file_size, m->name, &e->object, report);
	for (size_t i = 0; r == 0 && i < m->n_funcs; i++)
		if (t->funcs[i]) {
			r = incoming_select(e, i, report);
			/* drop names reported so far: they do not belong to a later failure */
			if (r == 0)
				report_done(report);
			++*ret_n;
		}
	for (size_t i = 0; r == 0 && i < m->n_callbacks; i++) {
		/* one that cannot be selected was reported when the file was looked at */
		if (!t->callbacks[i] || incoming_select_callback(e, i, NULL) != 0)
			continue;
		++*ret_n;
	}
	for (size_t i = 0; r == 0 && i < m->n_struct_ops; i++)
		if (incoming_select_struct_ops(e, i, NULL) == 0)
			++*ret_n;
	return r;
}

/* Leave out the program that failed. False: the failure belongs to no program of the patch. */
static bool load_drop_failed(struct load_test *t, const char *program)
{
	const struct meta *m = t->check->incoming.patch->meta;
	bool found = false;

	for (size_t i = 0; program && i < m->n_funcs; i++)
		if (t->funcs[i] && STREQ(m->funcs[i].program, program)) {
			t->funcs[i] = false;
			t->check->funcs[i].load_test = LOAD_TEST_FAILED;
			found = true;
		}
	for (size_t i = 0; program && i < m->n_callbacks; i++)
		if (t->callbacks[i] && STREQ(m->callbacks[i].program, program)) {
			t->callbacks[i] = false;
			found = true;
		}
	return found;
}

static int load_failed(struct load_test *t, int result, struct report *report, bool *ret_again)
{
	const char *program = result == -ENOMEM ? NULL :
			      object_failed_program(t->check->incoming.object);

	*ret_again = load_drop_failed(t, program);
	if (report->log && ++t->logs > LOGS_MAX) {
		free(report->log);
		report->log = NULL;
	}
	if (!*ret_again)
		load_not_tried(t->check, t->funcs, NOT_ALONE);
	return check_problem(t->check, PHASE_LOAD, result, report);
}

static int load_once(struct load_test *t, bool *ret_again)
{
	struct incoming *e = &t->check->incoming;
	const struct klp_self self = { .slot = e->patch->slot,
				       .consistency = e->patch->consistency };
	struct report report = REPORT_INIT;
	struct targets *targets;
	size_t n;
	int r;

	*ret_again = false;
	r = registry_targets(t->registry, &targets, &report);
	if (r == 0)
		r = load_prepare(t, &n, &report);
	if (r != 0) {
		load_not_tried(t->check, t->funcs, NOT_ALONE);
		return check_problem(t->check, PHASE_LOAD, r, &report);
	}
	if (n == 0)
		return 0;
	r = object_load(e->object, &self, gate_fd(t->registry->gate), targets_btf(targets),
			&report);
	if (r != 0)
		return load_failed(t, r, &report, ret_again);
	for (size_t i = 0; i < e->patch->meta->n_funcs; i++)
		if (t->funcs[i])
			t->check->funcs[i].load_test = LOAD_TEST_PASSED;
	report_done(&report);
	return 0;
}

/* The part of phase REGISTER that can be checked without registering. */
static int load_registration(struct check *c)
{
	struct report report = REPORT_INIT;
	struct registration told;

	if (c->incoming.patch->consistency == KLP_CONSISTENCY_PER_TASK &&
	    registration_make(c->incoming.patch->meta, &told) < 0)
		(void)report_set(&report, OUTCOME_UNSUPPORTED,
				 "The patch is about more than %d modules", KLP_OBJECTS_MAX);
	return check_problem(c, PHASE_REGISTER, 0, &report);
}

int check_load(struct check *c, struct registry *reg)
{
	const struct meta *m = c->incoming.patch->meta;
	_cleanup_free_ bool *funcs = calloc(m->n_funcs, sizeof(*funcs));
	_cleanup_free_ bool *callbacks = calloc(m->n_callbacks + 1, sizeof(*callbacks));
	struct load_test t = { c, reg, funcs, callbacks, 0 };
	bool again = true;
	int r;

	if (!funcs || !callbacks)
		return -ENOMEM;
	r = load_count_fmod_ret(c, reg);
	if (r < 0)
		return r;
	if (!registry_can_enter(reg) &&
	    c->incoming.patch->consistency == KLP_CONSISTENCY_PER_TASK) {
		load_not_tried(c, NULL,
			       reg->companion_report.outcome == OUTCOME_COMPANION_ABI ?
				       OTHER_COMPANION :
				       NO_COMPANION);
		return 0;
	}
	load_choose(&t);
	while (r == 0 && again)
		r = load_once(&t, &again);
	/* close the programs */
	c->incoming.object = object_free(c->incoming.object);
	return r == 0 ? load_registration(c) : r;
}
