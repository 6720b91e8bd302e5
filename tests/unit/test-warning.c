/* SPDX-License-Identifier: GPL-2.0-only */
/* core/warning: the worst that is said of a set counts, also when no room is left to say it. */
#include "core/warning.h"
#include "unit.h"

static void test_worst(void)
{
	struct patch a = {}, b = {}, c = {};
	struct warnings l = {};

	CHECK_INT(warnings_add(&l,
			       &(struct warning){ .kind = WARNING_MISSED,
						  .effect = EFFECT_PARTLY,
						  .patch = &a,
						  .func = 1 },
			       "%s %d", "one", 1),
		  0);
	CHECK_INT(warnings_add(&l, &(struct warning){ .kind = WARNING_BROKEN, .effect = EFFECT_NONE,
						      .patch = &b, .other = "who" }, "two"), 0);
	CHECK_INT(warnings_add(&l,
			       &(struct warning){ .kind = WARNING_STRUCT_OPS,
						  .effect = EFFECT_PARTLY,
						  .patch = &b },
			       "three"),
		  0);
	CHECK_INT(warnings_add(&l, &(struct warning){ .kind = WARNING_RECOVERY }, "four"), 0);
	CHECK_INT(l.n, 4);
	CHECK_STR(l.list[0].text, "one 1");
	CHECK_STR(l.list[1].other, "who");
	CHECK_INT(warnings_effect(&l, &a), EFFECT_PARTLY);
	CHECK_INT(warnings_effect(&l, &b), EFFECT_NONE);
	CHECK_INT(warnings_effect(&l, &c), EFFECT_WHOLE);
	warnings_done(&l);
	CHECK_INT(l.n, 0);
	warnings_done(&l);
}

static void test_many(void)
{
	struct patch last = {}, other = {};
	struct warnings l = {};

	for (int i = 0; i < 2 * WARNINGS_TOLD_MAX; i++)
		CHECK_INT(warnings_add(
				  &l, &(struct warning){ .effect = EFFECT_PARTLY, .patch = &other },
				  "%d", i),
			  0);
	CHECK_INT(warnings_add(&l, &(struct warning){ .effect = EFFECT_NONE, .patch = &last }, "x"), 0);
	CHECK_STR(l.list[WARNINGS_TOLD_MAX - 1].text, "1023");
	CHECK(!l.list[WARNINGS_TOLD_MAX].text);
	CHECK_INT(warnings_effect(&l, &last), EFFECT_NONE);
	warnings_done(&l);
}

int main(void)
{
	RUN(test_worst);
	RUN(test_many);
	return unit_end();
}
