// SPDX-License-Identifier: GPL-2.0-only
/*
 * plan_check_all(): every rule is asked though one says no, of each function and each set; the first
 * problem is what plan_make() refuses for; what nothing speaks against is the same plan.
 */
#include "plan-patch.h"

#define _cleanup_list_ _cleanup_(report_list_done)

/* The first problem is that of plan_make(). */
static void check_first(const struct plan_patch *patches, size_t n, const struct plan_request *q,
			const struct report_list *problems)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	struct plan plan;
	int made = plan_make(patches, n, q, &plan, &r);

	CHECK_INT(problems->n > 0 ? (int)problems->reports[0].outcome : 0, made);
	if (problems->n == 0)
		return;
	CHECK_STR(problems->reports[0].detail, r.detail);
	CHECK_STR(problems->reports[0].function, r.function);
	CHECK_STR(problems->reports[0].patch, q->meta->name);
}

static void test_nothing(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "f");
	const struct plan_patch patches[] = { PER_TASK(&a) };
	struct plan_request q = request(CHANGE_REPLACE, &b);
	_cleanup_list_ struct report_list problems = { .n = 0 };
	struct plan plan, made;

	CHECK_INT(plan_check_all(patches, 1, &q, &plan, &problems), 0);
	CHECK_INT(problems.n, 0);
	CHECK_INT(plan_make(patches, 1, &q, &made, NULL), 0);
	CHECK(plan.verb == made.verb && plan.consistency == made.consistency);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 0 && plan.n_enter == 1);
	/* the patch says that it replaces */
	q = request(CHANGE_ENABLE, &b);
	b.meta.replace = true;
	CHECK_INT(plan_check_all(patches, 1, &q, &plan, &problems), 0);
	CHECK(problems.n == 0 && plan.verb == CHANGE_REPLACE);
}

static void test_each_function(void)
{
	struct test_patch a = patch("a", "f");
	struct plan_request q = request(CHANGE_ENABLE, &a);
	_cleanup_list_ struct report_list problems = { .n = 0 };
	struct plan plan;

	a.meta.n_funcs = 2;
	a.meta.strict = true;
	a.funcs[1].sympos = 3;
	CHECK_INT(plan_check_all(NULL, 0, &q, &plan, &problems), 0);
	CHECK_INT(problems.n, 3);
	CHECK_INT(problems.reports[0].outcome, OUTCOME_UNSUPPORTED);
	CHECK_STR(problems.reports[0].function, "second");
	CHECK_INT(problems.reports[1].outcome, OUTCOME_STRICT);
	CHECK_STR(problems.reports[1].function, "f");
	CHECK_INT(problems.reports[2].outcome, OUTCOME_STRICT);
	CHECK_STR(problems.reports[2].function, "second");
	check_first(NULL, 0, &q, &problems);
}

static void test_each_set(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "second"), c = patch("c", "f");
	const struct plan_patch patches[] = { PER_TASK(&a), IMMEDIATE(&b, 0) };
	struct plan_request q = request(CHANGE_ENABLE, &c);
	_cleanup_list_ struct report_list problems = { .n = 0 }, more = { .n = 0 };
	struct plan plan;

	a.meta.n_states = b.meta.n_states = 1;
	a.state.version = 1;
	b.state.version = 2;
	c.meta.n_funcs = 2;
	CHECK_INT(plan_check_all(patches, 2, &q, &plan, &problems), 0);
	CHECK_INT(problems.n, 2);
	CHECK_INT(problems.reports[0].outcome, OUTCOME_CONFLICT);
	CHECK_CONTAINS(problems.reports[0].detail, "'a'");
	CHECK_INT(problems.reports[1].outcome, OUTCOME_CONFLICT);
	CHECK_CONTAINS(problems.reports[1].detail, "'b'");
	check_first(patches, 2, &q, &problems);
	/* set by set, as plan_make() looks, and not function by function */
	c.funcs[0].symbol = (char *)"second";
	c.funcs[1].symbol = (char *)"f";
	report_list_done(&problems);
	CHECK_INT(plan_check_all(patches, 2, &q, &plan, &problems), 0);
	CHECK_INT(problems.n, 2);
	check_first(patches, 2, &q, &problems);
	/* in their place: two states that it does not have, and one that leaves in another way */
	q.verb = CHANGE_REPLACE;
	CHECK_INT(plan_check_all(patches, 2, &q, &plan, &more), 0);
	CHECK_INT(more.n, 3);
	CHECK_INT(more.reports[0].outcome, OUTCOME_STATE_INCOMPATIBLE);
	CHECK_INT(more.reports[1].outcome, OUTCOME_STATE_INCOMPATIBLE);
	CHECK_CONTAINS(more.reports[1].detail, "'b'");
	CHECK_INT(more.reports[2].outcome, OUTCOME_CONSISTENCY);
	CHECK_INT(plan.n_leave, 2);
	check_first(patches, 2, &q, &more);
}

static void test_consistency(void)
{
	struct test_patch a = patch("a", "f"), old = patch("a", "g");
	const struct plan_patch patches[] = { PER_TASK(&old) };
	struct plan_request q = request(CHANGE_ENABLE, &a);
	_cleanup_list_ struct report_list problems = { .n = 0 }, more = { .n = 0 };
	struct plan plan;

	q.companion = false;
	q.deadline = true;
	a.meta.sticky = true;
	CHECK_INT(plan_check_all(patches, 1, &q, &plan, &problems), 0);
	CHECK_INT(problems.n, 3);
	CHECK_INT(problems.reports[0].outcome, OUTCOME_ALREADY_ENABLED);
	CHECK_INT(problems.reports[1].outcome, OUTCOME_STICKY);
	CHECK_INT(problems.reports[2].outcome, OUTCOME_NO_COMPANION);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_PER_TASK);
	check_first(patches, 1, &q, &problems);

	q = request(CHANGE_ENABLE, &a);
	q.immediate = true;
	a.funcs[0].body = BODY_GUARD;
	CHECK_INT(plan_check_all(NULL, 0, &q, &plan, &more), 0);
	CHECK_INT(more.n, 1);
	CHECK_INT(more.reports[0].outcome, OUTCOME_CONSISTENCY);
	CHECK_INT(plan.consistency, KLP_CONSISTENCY_IMMEDIATE);
	check_first(NULL, 0, &q, &more);
}

int main(void)
{
	RUN(test_nothing);
	RUN(test_each_function);
	RUN(test_each_set);
	RUN(test_consistency);
	return unit_end();
}
