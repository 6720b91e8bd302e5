/* SPDX-License-Identifier: GPL-2.0-only */
/* core/world: the container, without a kernel behind it. */
#include "core/world.h"
#include "unit.h"

static struct set *make(const char *name, uint64_t serial, enum set_state state)
{
	char text[256];
	struct meta *meta;
	struct set *s;
	int n;

	n = snprintf(text, sizeof(text),
		     "format=1%cname=%s%cversion=1.0%cfunc=vmlinux:0:fmod_ret:f:p", 0, name, 0, 0);
	if (meta_from_section(text, (size_t)n + 1, &meta, NULL) != 0 || set_new(meta, "/x", &s) < 0)
		return NULL;
	s->serial = serial;
	s->id = serial * 10;
	s->state = state;
	return s;
}

static void test_order_and_look_up(void)
{
	static struct world w;
	struct set *three = make("three", 3, SET_IN_FORCE), *one = make("one", 1, SET_IN_FORCE);

	CHECK(one && three);
	CHECK_INT(world_add(&w, three), 0);
	CHECK_INT(world_add(&w, one), 0);
	CHECK_INT(world_add(&w, make("two", 2, SET_IN_FORCE)), 0);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(w.sets[i]->serial, i + 1);
	CHECK(world_find(&w, "three") == three);
	CHECK(world_find_id(&w, 10) == one);
	CHECK(!world_find(&w, "four") && !world_find_id(&w, 40));
	/* an immediate set has no record */
	one->id = 0;
	CHECK(!world_find_id(&w, 0));
	CHECK_INT(world_remove(&w, one), 0);
	CHECK_INT(world_remove(&w, one), -ENOENT);
	CHECK_INT(w.n_sets, 2);
	set_free(one);
	world_clear(&w);
	CHECK_INT(w.n_sets, 0);
}

/* A patch that replaces one of its own name: the one that comes is meant. */
static void test_same_name(void)
{
	static struct world w;
	struct set *old = make("a", 1, SET_LEAVING), *new = make("a", 2, SET_ENTERING);

	CHECK_INT(world_add(&w, old), 0);
	CHECK(world_find(&w, "a") == old);
	CHECK_INT(world_add(&w, new), 0);
	CHECK(world_find(&w, "a") == new);
	world_clear(&w);
}

static void test_limits(void)
{
	static struct world w;
	struct set *extra = make("extra", 1000, SET_IN_FORCE);

	for (size_t i = 0; i < WORLD_SETS_MAX; i++)
		CHECK_INT(world_add(&w, make("n", i, SET_IN_FORCE)), 0);
	CHECK_INT(world_add(&w, extra), -ENOSPC);
	set_free(extra);
	for (size_t i = 0; i < WORLD_WARNINGS_MAX + 3; i++)
		world_warn(&w, "warning %zu", i);
	CHECK_INT(w.n_warnings, WORLD_WARNINGS_MAX);
	for (size_t i = 0; i < WORLD_SETS_MAX + 3; i++)
		world_leave_over(&w, i, 0);
	CHECK_INT(w.n_leftovers, WORLD_SETS_MAX);
	world_clear(&w);
	CHECK(!world_free(NULL));
}

/* A forced set that cannot be let go of belongs to the world, whatever becomes of it. */
static void test_leftover_sets(void)
{
	static struct world w;
	struct set *s = make("forced", 7, SET_LEAVING);

	world_leave_set(&w, s);
	CHECK_INT(w.n_leftovers, 1);
	CHECK_INT(w.leftovers[0].serial, 7);
	CHECK(w.leftovers[0].set == s);
	for (size_t i = 0; i < WORLD_SETS_MAX; i++)
		world_leave_set(&w, make("n", i, SET_LEAVING));
	CHECK_INT(w.n_leftovers, WORLD_SETS_MAX);
	world_clear(&w);
	CHECK_INT(w.n_leftovers, 0);
}

int main(void)
{
	RUN(test_order_and_look_up);
	RUN(test_same_name);
	RUN(test_limits);
	RUN(test_leftover_sets);
	return unit_end();
}
