// SPDX-License-Identifier: GPL-2.0-only
/* core/repair: which patches leave in a repair, also when those of another consistency have left. */
#include "core/repair.h"
#include "unit.h"

#define MANY (KLP_GATE_SLOTS + 1)

static struct patch *make(unsigned int number, uint32_t consistency)
{
	char text[256];
	struct meta *meta;
	struct patch *s;
	int n;

	n = snprintf(text, sizeof(text),
		     "format=1%cname=p%u%cversion=1.0%cfunc=vmlinux:0:fmod_ret:f:p", 0, number, 0, 0);
	if (meta_from_section(text, (size_t)n + 1, &meta, NULL) != 0 || patch_new(meta, "/x", &s) < 0)
		return NULL;
	s->serial = number + 1;
	s->consistency = consistency;
	return s;
}

/* What has left is freed before the others are asked for. */
static void test_one_after_the_other(void)
{
	static struct registry reg;
	struct patch *leave[KLP_GATE_SLOTS];
	struct repair_action actions[] = {
		{ .kind = REPAIR_TAKE_OUT, .patch = make(0, KLP_CONSISTENCY_IMMEDIATE) },
		{ .kind = REPAIR_LEAVE, .patch = make(1, KLP_CONSISTENCY_PER_TASK) },
		{ .kind = REPAIR_TAKE_OUT, .patch = make(2, KLP_CONSISTENCY_PER_TASK) },
	};
	const struct repair r = { actions, ARRAY_SIZE(actions) };
	struct patch *first = actions[0].patch, *stays = actions[1].patch, *last = actions[2].patch;

	CHECK(first && stays && last);
	CHECK_INT(repair_leaving(&reg, &r, KLP_CONSISTENCY_IMMEDIATE, leave), 1);
	CHECK(leave[0] == first);
	patch_free(first);
	CHECK_INT(repair_leaving(&reg, &r, KLP_CONSISTENCY_PER_TASK, leave), 1);
	CHECK(leave[0] == last);
	patch_free(last);
	CHECK_INT(repair_leaving(&reg, &r, KLP_CONSISTENCY_PER_TASK, leave), 0);
	patch_free(stays);
}

/* More than one change can take out: the action that is too many has an error. */
static void test_too_many(void)
{
	static struct repair_action actions[MANY];
	static struct registry reg;
	const struct repair r = { actions, MANY };
	struct patch *leave[KLP_GATE_SLOTS];

	for (unsigned int i = 0; i < MANY; i++)
		actions[i] = (struct repair_action){ .kind = REPAIR_TAKE_OUT,
						     .patch = make(i, KLP_CONSISTENCY_PER_TASK) };
	CHECK_INT(repair_leaving(&reg, &r, KLP_CONSISTENCY_PER_TASK, leave), KLP_GATE_SLOTS);
	CHECK_INT(actions[MANY - 2].error, 0);
	CHECK_INT(actions[MANY - 1].error, -E2BIG);
	for (size_t i = 0; i < KLP_GATE_SLOTS; i++)
		patch_free(leave[i]);
	patch_free(actions[MANY - 1].patch);
}

int main(void)
{
	RUN(test_one_after_the_other);
	RUN(test_too_many);
	return unit_end();
}
