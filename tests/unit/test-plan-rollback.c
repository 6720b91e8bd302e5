// SPDX-License-Identifier: GPL-2.0-only
/* The planner's rollback: what was in force against what is, by serial, and by all the rules. */
#include "plan-patch.h"

static struct plan_patch there(struct test_patch *p, uint64_t serial)
{
	return (struct plan_patch){ .meta = meta(p), .consistency = KLP_CONSISTENCY_PER_TASK,
				  .serial = serial };
}

static struct plan_previous was(struct test_patch *p, uint64_t serial)
{
	return (struct plan_previous){ .meta = p ? meta(p) : NULL,
				     .consistency = KLP_CONSISTENCY_PER_TASK, .serial = serial };
}

static struct plan_request rollback(const struct plan_previous *previous, size_t n)
{
	return (struct plan_request){ .verb = CHANGE_ROLLBACK, .previous = previous, .n_previous = n,
				      .companion = true };
}

/* As check_refused(), where the patch is not said by the request. */
static void refused(const struct plan_patch *patches, size_t n, const struct plan_request *q,
		    int outcome, const char *patch, const char *words)
{
	_cleanup_report_ struct report r = REPORT_INIT;
	struct plan plan, untouched;

	memset(&plan, 0x5a, sizeof(plan));
	memset(&untouched, 0x5a, sizeof(untouched));
	CHECK_INT(plan_make(patches, n, q, &plan, &r), outcome);
	CHECK_INT(r.outcome, outcome);
	CHECK_CONTAINS(r.detail, words);
	CHECK_STR(r.patch, patch);
	CHECK(memcmp(&plan, &untouched, sizeof(plan)) == 0);
}

static void test_no_previous(void)
{
	struct test_patch a = patch("a", "f");
	const struct plan_patch patches[] = { there(&a, 3) };
	const struct plan_previous same[] = { was(NULL, 3) };
	struct plan_request q = rollback(NULL, 0);

	refused(patches, 1, &q, OUTCOME_NO_PREVIOUS, NULL, "not known");
	q = rollback(same, 1);
	refused(patches, 1, &q, OUTCOME_NO_PREVIOUS, NULL, "is in force now");
	q = rollback(same, 0);
	refused(NULL, 0, &q, OUTCOME_NO_PREVIOUS, NULL, "is in force now");
	q.changing = true;
	refused(patches, 1, &q, OUTCOME_BUSY, NULL, "Another change");
}

/* Of an enable, a disable, a replace of two: who stays is in no list. */
static void test_ways(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "f");
	const struct plan_patch ab[] = { there(&a, 1), there(&b, 2) };
	const struct plan_patch just_c[] = { there(&c, 9) };
	const struct plan_previous just_a[] = { was(NULL, 1) };
	const struct plan_previous both[] = { was(&a, 1), was(&b, 2) };
	const struct plan_previous stayed[] = { was(NULL, 1), was(&b, 2) };
	struct plan_request q = rollback(just_a, 1);
	struct plan plan;

	CHECK_INT(plan_make(ab, 2, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 0 && plan.n_leave == 1 && plan.leave[0] == 1);
	CHECK(plan.verb == CHANGE_ROLLBACK && plan.consistency == KLP_CONSISTENCY_PER_TASK);
	q = rollback(just_a, 0);
	CHECK_INT(plan_make(ab, 2, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 0 && plan.n_leave == 2 && plan.leave[1] == 1);

	q = rollback(stayed, 2);
	CHECK_INT(plan_make(ab, 1, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 1 && plan.enter[0].index == 1 && plan.n_leave == 0);

	q = rollback(both, 2);
	CHECK_INT(plan_make(just_c, 1, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 2 && plan.enter[0].index == 0 && plan.enter[1].index == 1);
	CHECK(plan.n_leave == 1 && plan.leave[0] == 0);
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 2 && plan.n_leave == 0);
}

/* The same patch under another serial is another set. */
static void test_same_name(void)
{
	struct test_patch a = patch("a", "f");
	const struct plan_patch patches[] = { there(&a, 2) };
	const struct plan_previous previous[] = { was(&a, 1) };
	struct plan_request q = rollback(previous, 1);
	struct plan plan;

	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK(plan.n_enter == 1 && plan.n_leave == 1);
}

static void test_conflicts(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "f"), c = patch("a", "g");
	struct test_patch d = patch("d", "second");
	const struct plan_previous two[] = { was(&a, 1), was(&b, 2) };
	const struct plan_previous names[] = { was(&a, 1), was(&c, 2) };
	const struct plan_previous stays[] = { was(NULL, 5), was(&b, 6) };
	const struct plan_patch patches[] = { there(&a, 5) }, other[] = { there(&d, 7) };
	struct plan_request q = rollback(two, 2);

	/* with each other, and with who stays */
	refused(other, 1, &q, OUTCOME_CONFLICT, "b", "'f' is patched by 'a'");
	q = rollback(names, 2);
	refused(other, 1, &q, OUTCOME_ALREADY_ENABLED, "a", "version 1.0");
	q = rollback(stays, 2);
	refused(patches, 1, &q, OUTCOME_CONFLICT, "b", "'f' is patched by 'a'");
	/* what is true of any patch */
	d.meta.strict = true;
	q = rollback((struct plan_previous[]){ was(&d, 1) }, 1);
	refused(patches, 1, &q, OUTCOME_STRICT, "d", "strict");
	d.meta.strict = false;
	d.funcs[0].sympos = 2;
	refused(patches, 1, &q, OUTCOME_UNSUPPORTED, "d", "at position 2");
}

static void test_states(void)
{
	struct test_patch old = patch("old", "f"), new = patch("new", "f"), b = patch("b", "g");
	const struct plan_patch patches[] = { there(&new, 9) };
	const struct plan_previous previous[] = { was(&b, 1), was(&old, 2) };
	const struct plan_previous more[] = { was(NULL, 9), was(&old, 2) };
	struct plan_request q = rollback(previous, 2);
	struct plan plan;

	new.meta.n_states = old.meta.n_states = 1;
	new.state.version = old.state.version = 2;
	/* one of the two carries it: as good as one patch that does */
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	old.state.version = 1;
	refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "old",
		"State 7 is in version 2 by 'new', the patch has version 1");
	old.meta.n_states = 0;
	refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "old",
		"State 7 version 2 of 'new' is not known to the patch that would replace it");
	/* nothing enters: nobody has to carry it */
	q = rollback(previous, 0);
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	/* beside one that stays */
	old.meta.n_states = 1;
	old.funcs[0].symbol = (char *)"h";
	q = rollback(more, 2);
	refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "old", "the patch has version 1");
	/* those that come back keep their order */
	b.meta.n_states = 1;
	b.state.version = 3;
	old.state.version = 2;
	q = rollback(previous, 2);
	refused(NULL, 0, &q, OUTCOME_STATE_INCOMPATIBLE, "old", "is in version 3 by 'b'");
}

static void test_sticky(void)
{
	struct test_patch old = patch("old", "f"), new = patch("new", "f");
	const struct plan_patch patches[] = { there(&new, 9) };
	const struct plan_previous previous[] = { was(&old, 2) };
	struct plan_request q = rollback(previous, 0);
	struct plan plan;

	new.meta.n_states = 1;
	new.meta.sticky = true;
	refused(patches, 1, &q, OUTCOME_STICKY, "new", "'new' can only be replaced");
	q = rollback(previous, 1);
	refused(patches, 1, &q, OUTCOME_STATE_INCOMPATIBLE, "old", "not known");
	old.meta.n_states = 1;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	old.meta.sticky = true;
	q.deadline = true;
	refused(patches, 1, &q, OUTCOME_STICKY, "old", "cannot be reversed");
}

static void test_consistency(void)
{
	struct test_patch a = patch("a", "f"), b = patch("b", "g"), c = patch("c", "f");
	struct plan_patch patches[] = { there(&c, 9) };
	struct plan_previous previous[] = { was(&a, 1), was(&b, 2) };
	struct plan_request q = rollback(previous, 2);
	struct plan plan;

	q.companion = false;
	refused(patches, 1, &q, OUTCOME_NO_COMPANION, "a", "companion");
	q.n_previous = 0;
	refused(patches, 1, &q, OUTCOME_NO_COMPANION, "c", "companion");
	/* immediate ones get a gate each, none that is in use */
	q.n_previous = 2;
	previous[0].consistency = previous[1].consistency = KLP_CONSISTENCY_IMMEDIATE;
	patches[0].consistency = KLP_CONSISTENCY_IMMEDIATE;
	patches[0].slot = 1;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK(plan.consistency == KLP_CONSISTENCY_IMMEDIATE);
	CHECK(plan.enter[0].slot == 0 && plan.enter[1].slot == 2);
	/* all by one hand */
	q.companion = true;
	patches[0].consistency = KLP_CONSISTENCY_PER_TASK;
	refused(patches, 1, &q, OUTCOME_CONSISTENCY, "b", "'c' is in force with per-task");
	previous[1].consistency = KLP_CONSISTENCY_PER_TASK;
	refused(patches, 1, &q, OUTCOME_CONSISTENCY, "b", "'b' was in force with per-task");
	/* what a pin says is not believed */
	b.meta.per_task_only = true;
	previous[1].consistency = KLP_CONSISTENCY_IMMEDIATE;
	refused(patches, 1, &q, OUTCOME_CONSISTENCY, "b", "per-task consistency only");
}

static void test_room(void)
{
	static struct test_patch test_patches[PLAN_PATCHES_MAX + 1];
	static char names[PLAN_PATCHES_MAX + 1][8];
	struct plan_previous previous[PLAN_PATCHES_MAX + 1];
	struct test_patch last = patch("last", "last");
	struct plan_patch patches[] = { there(&last, 1000) };
	struct plan_request q = rollback(previous, PLAN_PATCHES_MAX);
	struct plan plan;

	for (size_t i = 0; i <= PLAN_PATCHES_MAX; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "p%zu", i);
		test_patches[i] = patch(names[i], names[i]);
		previous[i] = was(&test_patches[i], i + 1);
		previous[i].consistency = KLP_CONSISTENCY_IMMEDIATE;
	}
	CHECK_INT(plan_make(NULL, 0, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_enter, PLAN_PATCHES_MAX);
	for (size_t i = 0; i < PLAN_PATCHES_MAX; i++)
		CHECK_INT(plan.enter[i].slot, i);
	/* a patch that leaves keeps its bit of the gates word until it is gone */
	patches[0].consistency = KLP_CONSISTENCY_IMMEDIATE;
	refused(patches, 1, &q, OUTCOME_UNSUPPORTED, "p63", "All 64 places");
	/* per task there are records for those that enter and those that leave */
	patches[0].consistency = KLP_CONSISTENCY_PER_TASK;
	for (size_t i = 0; i <= PLAN_PATCHES_MAX; i++)
		previous[i].consistency = KLP_CONSISTENCY_PER_TASK;
	CHECK_INT(plan_make(patches, 1, &q, &plan, NULL), 0);
	CHECK_INT(plan.n_enter, PLAN_PATCHES_MAX);
	CHECK_INT(plan.n_leave, 1);
	q.n_previous++;
	refused(NULL, 0, &q, OUTCOME_UNSUPPORTED, NULL, "65 were");
}

int main(void)
{
	RUN(test_no_previous);
	RUN(test_ways);
	RUN(test_same_name);
	RUN(test_conflicts);
	RUN(test_states);
	RUN(test_sticky);
	RUN(test_consistency);
	RUN(test_room);
	return unit_end();
}
