// SPDX-License-Identifier: GPL-2.0-only
/*
 * The planner with patch sets, which share nothing and are replaced one by one, and with sticky
 * patches, which nothing leads back from.
 */
#include "plan-patch.h"

static void test_replace_of_a_set(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "h");
	struct test_patch d = patch("d", "f"), e = patch("e", "i");
	const struct plan_patch patches[] = { PER_TASK(&a), PER_TASK(&b), PER_TASK(&c) };
	struct plan_request q = request(CHANGE_REPLACE, &d);
	struct plan plan;

	b.meta.set = (char *)"net";
	d.meta.set = e.meta.set = (char *)"";
	/* those of the same set, whatever stands between them */
	CHECK_INT(plan_make(patches, 3, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 2 && plan.leave[0] == 0 && plan.leave[1] == 2);
	e.meta.set = (char *)"net";
	q = request(CHANGE_REPLACE, &e);
	CHECK_INT(plan_make(patches, 3, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 1);
	/* a set of which nothing is in force, by verb and by flag */
	e.meta.set = (char *)"fs";
	CHECK_INT(plan_make(patches, 3, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 1 && plan.n_leave == 0 && plan.verb == CHANGE_REPLACE);
	q = request(CHANGE_ENABLE, &e);
	e.meta.replace = true;
	CHECK_INT(plan_make(patches, 3, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 0 && plan.verb == CHANGE_REPLACE);
	/* beside each other as ever */
	e.meta.replace = false;
	CHECK_INT(plan_make(patches, 3, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 0 && plan.verb == CHANGE_ENABLE);
}

static void test_conflict_of_sets(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "f");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request enable = request(CHANGE_ENABLE, &b);
	struct plan_request replace = request(CHANGE_REPLACE, &b);

	a.meta.set = (char *)"net";
	check_refused(patches, 1, &replace, OUTCOME_CONFLICT,
		      "'f' is patched by 'a' of set 'net', which is in force; a patch of the "
		      "default set cannot take it over");
	check_refused(patches, 1, &enable, OUTCOME_CONFLICT, "'a' of set 'net'");
	a.meta.set = (char *)"";
	b.meta.set = (char *)"net";
	check_refused(patches, 1, &replace, OUTCOME_CONFLICT,
		      "'a' of the default set, which is in force; a patch of set 'net'");
	check_refused(patches, 1, &enable, OUTCOME_CONFLICT, "'a' of the default set");
	b.meta.replace = true;
	check_refused(patches, 1, &enable, OUTCOME_CONFLICT, "'a' of the default set");
}

static void test_names_of_sets(void)
{
	struct test_patch a = patch("a", "f"), again = patch("a", "g");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_REPLACE, &again);

	/* the two would both be in force, and disable has nothing but the name */
	again.meta.set = (char *)"net";
	check_refused(patches, 1, &q, OUTCOME_ALREADY_ENABLED,
		      "in version 1.0, in the default set; a patch of set 'net' cannot replace it");
	q.verb = CHANGE_ENABLE;
	check_refused(patches, 1, &q, OUTCOME_ALREADY_ENABLED, "in the default set");
}

static void test_states_of_sets(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "h");
	const struct plan_patch patches[] = { PER_TASK(&a), PER_TASK(&b) };
	struct plan_request enable = request(CHANGE_ENABLE, &c);
	struct plan_request replace = request(CHANGE_REPLACE, &c);
	struct plan plan;

	a.meta.n_states = 1;
	b.meta.n_states = 1;
	b.state.id = 8;
	b.meta.set = (char *)"net";
	/* only what is replaced must be carried on */
	check_refused(patches, 2, &replace, OUTCOME_STATE_INCOMPATIBLE, "State 7 version 0 of 'a'");
	c.meta.n_states = 1;
	CHECK_INT(plan_make(patches, 2, &replace, &plan, NULL), 0);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 0);
	c.meta.set = (char *)"net";
	/* another set's is refused in any version, before what is missing is looked for */
	check_refused(patches, 2, &replace, OUTCOME_STATE_INCOMPATIBLE,
		      "State 7 belongs to the default set, carried by 'a', which is in force; a "
		      "patch of set 'net' cannot carry it");
	c.state.version = 9;
	check_refused(patches, 2, &enable, OUTCOME_STATE_INCOMPATIBLE, "State 7 belongs to");
	c.state.id = 8;
	CHECK_INT(plan_make(patches, 2, &replace, &plan, NULL), 0);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 1);
}

static void test_consistency_of_sets(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "h");
	const struct plan_patch patches[] = { IMMEDIATE(&a, 0), PER_TASK(&b) };
	struct plan_request q = request(CHANGE_REPLACE, &c);
	struct plan plan;

	/* what stays need not agree with the change */
	check_refused(patches, 1, &q, OUTCOME_CONSISTENCY, "'a' is in force with immediate");
	a.meta.set = (char *)"net";
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 1);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
	/* but it has its slot still */
	c.meta.set = (char *)"fs";
	q.immediate = true;
	CHECK_INT(plan_make(patches, 2, &q, &plan, NULL), 0);
	CHECK_INT(plan.enter[0].slot, 1);
}

static void test_sticky(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "f"), c = patch("c", "g");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_ENABLE, &a);
	struct plan plan;

	a.meta.sticky = true;
	a.meta.n_states = 1;
	a.state.version = 3;
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	q.deadline = true;
	check_refused(NULL, 0, &q, OUTCOME_STICKY, "into 'a' cannot be reversed");
	/* it stays, with or without who could move tasks */
	q = (struct plan_request){ .verb = CHANGE_DISABLE, .name = "a", .companion = true };
	check_refused(patches, 1, &q, OUTCOME_STICKY,
		      "'a' can only be replaced, by a patch that carries state 7 in version 3 or "
		      "higher");
	q.companion = false;
	check_refused(patches, 1, &q, OUTCOME_STICKY, "can only be replaced");
	/* until somebody answers for its states, who need not be sticky and may be in a hurry */
	q = request(CHANGE_REPLACE, &b);
	q.deadline = true;
	check_refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "State 7 version 3 of 'a'");
	b.meta.n_states = 1;
	check_refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "the patch has version 0");
	b.state.version = 3;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK(plan.n_leave == 1 && plan.n_enter == 1);
	b.meta.sticky = true;
	check_refused(patches, 1, &q, OUTCOME_STICKY, "into 'b' cannot be reversed");
	/* a replace in another set does not reach it; beside it is as ever */
	q = request(CHANGE_REPLACE, &c);
	c.meta.set = (char *)"net";
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_leave, 0);
	c.meta.set = (char *)"";
	q = request(CHANGE_ENABLE, &c);
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	/* several states: one is named, the rest counted */
	struct meta_state states[] = { { 5, 1 }, { 6, 1 }, { 8, 1 } };
	a.meta.states = states;
	a.meta.n_states = 3;
	q = (struct plan_request){ .verb = CHANGE_DISABLE, .name = "a", .companion = true };
	check_refused(patches, 1, &q, OUTCOME_STICKY, "state 5 in version 1 or higher and 2 more");
}

int main(void)
{
	RUN(test_replace_of_a_set);
	RUN(test_conflict_of_sets);
	RUN(test_names_of_sets);
	RUN(test_states_of_sets);
	RUN(test_consistency_of_sets);
	RUN(test_sticky);
	return unit_end();
}
