// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner: each way in, each refusal, each told by its own words and with the output untouched.
 * Patch sets and sticky patches are in test-plan-sets.c.
 */
#include "klp/uapi.h"
#include "plan-patch.h"

static void test_enable_first(void)
{
	struct test_patch p = patch("a", "f");
	struct plan_request q = request(CHANGE_ENABLE, &p);
	struct plan plan;

	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 1 && plan.n_leave == 0);
	CHECK_INT(plan.verb, CHANGE_ENABLE);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);

	q.immediate = true;
	q.companion = false;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_IMMEDIATE);
	CHECK_INT(plan.enter[0].slot, 0);
}

static void test_enable_beside(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "h");
	const struct plan_patch patches[] = { IMMEDIATE(&a, 0), PER_TASK(&b) };
	struct plan_request q = request(CHANGE_ENABLE, &c);
	struct plan plan;

	/* what stays may have any consistency */
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
	CHECK_INT(plan.n_leave, 0);
	q.immediate = true;
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, 1);
}

/* A struct_ops instance is told by its type and its name, and taken over as a function is. */
static void test_struct_ops(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "h");
	struct plan_patch patches[2] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_ENABLE, &b);
	struct plan plan;

	a.meta.n_struct_ops = b.meta.n_struct_ops = c.meta.n_struct_ops = 1;
	check_refused(patches, 1, &q, OUTCOME_CONFLICT,
		      "Struct_ops instance 'cc' of type tcp_congestion_ops is brought by 'a', which "
		      "is in force");
	q.verb = CHANGE_REPLACE;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_leave, 1);
	/* of another set: never */
	b.meta.set = (char *)"net";
	check_refused(patches, 1, &q, OUTCOME_CONFLICT, "brought by 'a' of the default set");
	q.verb = CHANGE_ENABLE;
	b.struct_ops.name = (char *)"other";
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	b.struct_ops = (struct meta_struct_ops){ (char *)"other_ops", (char *)"cc", (char *)"m" };
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	/* the second of those that are in force */
	patches[0] = PER_TASK(&b);
	patches[1] = PER_TASK(&a);
	q = request(CHANGE_ENABLE, &c);
	check_refused(patches, 2, &q, OUTCOME_CONFLICT, "brought by 'a'");
	/* nothing but struct_ops instances, and of any consistency */
	c.meta.n_funcs = 0;
	q.immediate = true;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_IMMEDIATE);
}

static void test_replace_all(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "f");
	const struct plan_patch patches[] = { PER_TASK(&a), PER_TASK(&b) };
	struct plan_request q = request(CHANGE_REPLACE, &c);
	struct plan plan;

	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.verb, CHANGE_REPLACE);
	CHECK(plan.n_enter == 1 && plan.n_leave == 2 && plan.leave[0] == 0 && plan.leave[1] == 1);
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_leave, 0);
}

static void test_replace_by_flag(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "f");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_ENABLE, &b);
	struct plan plan;

	b.meta.replace = true;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.verb, CHANGE_REPLACE);
	CHECK_INT(plan.n_leave, 1);
}

static void test_replace_same_name(void)
{
	struct test_patch a = patch("a", "f"), again = patch("a", "f");
	const struct plan_patch patches[] = { IMMEDIATE(&a, 0) };
	struct plan_request q = request(CHANGE_REPLACE, &again);
	struct plan plan;

	q.immediate = true;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_leave, 1);
	CHECK_INT(plan.enter[0].slot, 1);	/* both exist for a while */
	q = request(CHANGE_ENABLE, &again);
	check_refused(patches, 1, &q, OUTCOME_ALREADY_ENABLED, "in force in version 1.0");
	again.meta.version = (char *)"2.0";
	check_refused(patches, 1, &q, OUTCOME_ALREADY_ENABLED, "in force in version 1.0");
}

static void test_disable(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g");
	const struct plan_patch patches[] = { IMMEDIATE(&a, 3), PER_TASK(&b) };
	struct plan_request q = { .verb = CHANGE_DISABLE, .name = "b", .companion = true };
	struct plan plan;

	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 0 && plan.n_leave == 1 && plan.leave[0] == 1);
	CHECK_INT(plan.verb, CHANGE_DISABLE);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
	q.immediate = true;	/* ignored */
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
	q.companion = false;
	check_refused(patches, 2, &q, OUTCOME_NO_COMPANION, "task by task");
	/* by one of an ABI before, sets leave */
	q.companion = q.companion_older = true;
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	q.companion = q.companion_older = false;
	q.name = "a";
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_IMMEDIATE);
	q.name = "c";
	check_refused(patches, 2, &q, OUTCOME_NO_SUCH_PATCH, "No patch of this name");
	check_refused(NULL, 0, &q, OUTCOME_NO_SUCH_PATCH, "No patch of this name");
}

static void test_busy(void)
{
	struct test_patch a = patch("a", "f");
	struct plan_request q = request(CHANGE_ENABLE, &a);

	q.changing = true;
	check_refused(NULL, 0, &q, OUTCOME_BUSY, "Another change is running");
	q = (struct plan_request){ .verb = CHANGE_DISABLE, .name = "x", .changing = true };
	check_refused(NULL, 0, &q, OUTCOME_BUSY, "Another change is running");
}

static void test_conflict(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "second"), c = patch("c", "h");
	const struct plan_patch patches[] = { PER_TASK(&a), PER_TASK(&b) };
	struct plan_request q = request(CHANGE_ENABLE, &c);
	_cleanup_report_ struct report r = REPORT_INIT;
	struct plan plan;

	c.meta.n_funcs = 2;
	c.funcs[1].sympos = 1;	/* the same as 0 */
	check_refused(patches, 2, &q, OUTCOME_CONFLICT, "'second' is patched by 'b'");
	CHECK_INT(plan_make(patches, 2, &q, &plan, &r), OUTCOME_CONFLICT);
	CHECK_STR(r.object, "vmlinux");
	CHECK_STR(r.function, "second");
	q.verb = CHANGE_REPLACE;
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
}

static void test_states(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request enable = request(CHANGE_ENABLE, &b);
	struct plan_request replace = request(CHANGE_REPLACE, &b);
	struct plan plan;

	a.meta.n_states = 1;
	a.state.version = 2;
	/* lacks the id: may stand beside it, may not take its place */
	CHECK_INT(plan_make(patches, 1, &enable, &plan, NULL), 0);
	check_refused(patches, 1, &replace, OUTCOME_STATE_INCOMPATIBLE,
		      "State 7 version 2 of 'a' is not known");
	/* has it: not lower */
	b.meta.n_states = 1;
	b.state.version = 1;
	check_refused(patches, 1, &enable, OUTCOME_STATE_INCOMPATIBLE,
		      "State 7 is in version 2 by 'a', the patch has version 1");
	check_refused(patches, 1, &replace, OUTCOME_STATE_INCOMPATIBLE, "the patch has version 1");
	b.state.version = 2;
	CHECK_INT(plan_make(patches, 1, &enable, &plan, NULL), 0);
	CHECK_INT(plan_make(patches, 1, &replace, &plan, NULL), 0);
	b.state.version = 3;
	CHECK_INT(plan_make(patches, 1, &replace, &plan, NULL), 0);
	/* another id is as good as none */
	b.state.id = 8;
	check_refused(patches, 1, &replace, OUTCOME_STATE_INCOMPATIBLE, "is not known");
	/* a new id is always allowed */
	a.meta.n_states = 0;
	CHECK_INT(plan_make(patches, 1, &replace, &plan, NULL), 0);
}

static void test_strict(void)
{
	struct test_patch a = patch("a", "f");
	struct plan_request q = request(CHANGE_ENABLE, &a);
	struct plan plan;

	a.meta.strict = true;
	check_refused(NULL, 0, &q, OUTCOME_STRICT, "'f' can miss calls");
	a.funcs[0].body = BODY_GUARD;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	/* one of several is enough */
	a.meta.n_funcs = 2;
	a.funcs[1].body = BODY_FMOD_RET;
	check_refused(NULL, 0, &q, OUTCOME_STRICT, "'second' can miss calls");
	a.meta.n_funcs = 1;
	a.funcs[0].body = BODY_OVERRIDE;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	/* what cannot be done at all is told first */
	a.funcs[0].body = BODY_FMOD_RET;
	a.funcs[0].sympos = 2;
	check_refused(NULL, 0, &q, OUTCOME_UNSUPPORTED, "at position 2");
}

static void test_consistency(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g");
	const struct plan_patch immediate[] = { IMMEDIATE(&a, 0) }, per_task[] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_REPLACE, &b);
	struct plan plan;

	check_refused(immediate, 1, &q, OUTCOME_CONSISTENCY,
		      "'a' is in force with immediate consistency and cannot leave in a change of "
		      "per-task");
	q.immediate = true;
	CHECK_INT(plan_make(immediate, 1, &q, &plan, NULL), 0);
	check_refused(per_task, 1, &q, OUTCOME_CONSISTENCY, "with per-task consistency");
	b.meta.per_task_only = true;
	check_refused(NULL, 0, &q, OUTCOME_CONSISTENCY, "per-task consistency only");
	q.companion = false;
	check_refused(NULL, 0, &q, OUTCOME_CONSISTENCY, "per-task consistency only");
	q.immediate = false;
	check_refused(NULL, 0, &q, OUTCOME_NO_COMPANION, "needs the companion");
	b.meta.per_task_only = false;
	/* by one of an ABI before, none enters */
	q.companion = q.companion_older = true;
	check_refused(NULL, 0, &q, OUTCOME_NO_COMPANION, "needs the companion");
	q.companion = q.companion_older = false;
	b.funcs[0].body = BODY_GUARD;
	check_refused(NULL, 0, &q, OUTCOME_NO_COMPANION, "needs the companion");
	q.immediate = true;
	check_refused(NULL, 0, &q, OUTCOME_CONSISTENCY, "guard body of 'g'");
	b.funcs[0].body = BODY_OVERRIDE;
	check_refused(NULL, 0, &q, OUTCOME_CONSISTENCY, "override body of 'g'");
	b.funcs[0].body = BODY_FMOD_RET;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	b.meta.n_callbacks = 1;
	check_refused(NULL, 0, &q, OUTCOME_CONSISTENCY, "post_patch callback of 'vmlinux'");
	q.immediate = false;
	q.companion = true;
	CHECK_INT(plan_make(per_task, 1, &q, &plan, NULL), 0);
}

static void test_unsupported(void)
{
	struct test_patch a = patch("a", "f");
	struct plan_request q = request(CHANGE_ENABLE, &a);
	struct plan plan;

	a.meta.n_funcs = 2;
	a.funcs[1].body = BODY_OVERRIDE;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	a.funcs[1].body = BODY_FMOD_RET;
	a.funcs[1].object = (char *)"loop";
	check_refused(NULL, 0, &q, OUTCOME_UNSUPPORTED, "KLP_GUARD_IN(loop, ...)");
	a.funcs[1].object = (char *)"vmlinux";
	a.funcs[1].sympos = 2;
	check_refused(NULL, 0, &q, OUTCOME_UNSUPPORTED, "at position 2");
	a.funcs[1].body = BODY_GUARD;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	a.funcs[1].object = (char *)"loop";
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	a.funcs[1].object = (char *)"vmlinux";
	a.funcs[1].body = BODY_FMOD_RET;
	a.funcs[1].sympos = 1;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	a.meta.n_callbacks = 1;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
}

static void test_slots(void)
{
	static struct test_patch test_patches[KLP_PATCHES_MAX];
	static char names[KLP_PATCHES_MAX][8];
	struct plan_patch patches[KLP_PATCHES_MAX];
	struct test_patch last = patch("last", "last");
	struct plan_request q = request(CHANGE_ENABLE, &last);
	struct plan plan;
	size_t n = ARRAY_SIZE(patches);

	/* slots 63, 62, ... 0: with n sets the lowest free one is 0 until all are taken */
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "p%zu", i);
		test_patches[i] = patch(names[i], names[i]);
		patches[i] = IMMEDIATE(&test_patches[i], (uint32_t)(KLP_GATE_SLOTS - 1 - i));
	}
	q.immediate = true;
	CHECK_INT(plan_make(patches, n - 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, 0);
	check_refused(patches, n, &q, OUTCOME_UNSUPPORTED, "64 patches are in force");
	q.verb = CHANGE_REPLACE;
	check_refused(patches, n, &q, OUTCOME_UNSUPPORTED, "no room");
	/* a hole in the middle; and records are counted for per-task sets too */
	patches[10].slot = KLP_GATE_SLOTS - 1;
	CHECK_INT(plan_make(patches, n - 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, 0);
	patches[10].slot = 0;
	CHECK_INT(plan_make(patches, n - 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, KLP_GATE_SLOTS - 1 - 10);
	for (size_t i = 0; i < n; i++)
		patches[i].consistency = KLP_CONSISTENCY_PER_TASK;
	q = request(CHANGE_ENABLE, &last);
	check_refused(patches, n, &q, OUTCOME_UNSUPPORTED, "no room");
	/* all of them can be replaced, because records are there for as many again */
	q.verb = CHANGE_REPLACE;
	CHECK_INT(plan_make(patches, n, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_leave, n);
	q = request(CHANGE_ENABLE, &last);
	/* a slot that came back damaged from a pin is not shifted by */
	patches[0] = IMMEDIATE(&test_patches[0], 4711);
	q.immediate = true;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, 0);
}

static void test_verb_names(void)
{
	CHECK_STR(change_verb_to_string(CHANGE_ENABLE), "enable");
	CHECK_STR(change_verb_to_string(CHANGE_REPLACE), "replace");
	CHECK_STR(change_verb_to_string(CHANGE_DISABLE), "disable");
	CHECK_STR(change_verb_to_string((enum change_verb)-1), "unknown");
}

int main(void)
{
	RUN(test_enable_first);
	RUN(test_enable_beside);
	RUN(test_struct_ops);
	RUN(test_replace_all);
	RUN(test_replace_by_flag);
	RUN(test_replace_same_name);
	RUN(test_disable);
	RUN(test_busy);
	RUN(test_conflict);
	RUN(test_states);
	RUN(test_strict);
	RUN(test_consistency);
	RUN(test_unsupported);
	RUN(test_slots);
	RUN(test_verb_names);
	return unit_end();
}
