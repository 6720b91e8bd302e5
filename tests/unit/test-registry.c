/* SPDX-License-Identifier: GPL-2.0-only */
/* core/registry: the container, without a kernel behind it. */
#include "core/registry.h"
#include "unit.h"

static struct patch *make(const char *name, uint64_t serial, enum patch_state state)
{
	char text[256];
	struct meta *meta;
	struct patch *s;
	int n;

	n = snprintf(text, sizeof(text),
		     "format=1%cname=%s%cversion=1.0%cfunc=vmlinux:0:fmod_ret:f:p", 0, name, 0, 0);
	if (meta_from_section(text, (size_t)n + 1, &meta, NULL) != 0 || patch_new(meta, "/x", &s) < 0)
		return NULL;
	s->serial = serial;
	s->id = serial * 10;
	s->state = state;
	return s;
}

static void test_order_and_look_up(void)
{
	static struct registry w;
	struct patch *three = make("three", 3, PATCH_IN_FORCE), *one = make("one", 1, PATCH_IN_FORCE);

	CHECK(one && three);
	CHECK_INT(registry_add(&w, three), 0);
	CHECK_INT(registry_add(&w, one), 0);
	CHECK_INT(registry_add(&w, make("two", 2, PATCH_IN_FORCE)), 0);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(w.patches[i]->serial, i + 1);
	CHECK(registry_find(&w, "three") == three);
	CHECK(registry_find_id(&w, 10) == one);
	CHECK(!registry_find(&w, "four") && !registry_find_id(&w, 40));
	/* an immediate set has no record */
	one->id = 0;
	CHECK(!registry_find_id(&w, 0));
	CHECK_INT(registry_remove(&w, one), 0);
	CHECK_INT(registry_remove(&w, one), -ENOENT);
	CHECK_INT(w.n_patches, 2);
	patch_free(one);
	registry_clear(&w);
	CHECK_INT(w.n_patches, 0);
}

/* A patch that replaces one of its own name: the one that comes is meant. */
static void test_same_name(void)
{
	static struct registry w;
	struct patch *old = make("a", 1, PATCH_LEAVING), *new = make("a", 2, PATCH_ENTERING);

	CHECK_INT(registry_add(&w, old), 0);
	CHECK(registry_find(&w, "a") == old);
	CHECK_INT(registry_add(&w, new), 0);
	CHECK(registry_find(&w, "a") == new);
	registry_clear(&w);
}

static void test_limits(void)
{
	static struct registry w;
	struct patch *extra = make("extra", 1000, PATCH_IN_FORCE);

	for (size_t i = 0; i < REGISTRY_PATCHES_MAX; i++)
		CHECK_INT(registry_add(&w, make("n", i, PATCH_IN_FORCE)), 0);
	CHECK_INT(registry_add(&w, extra), -ENOSPC);
	patch_free(extra);
	for (size_t i = 0; i < REGISTRY_WARNINGS_MAX + 3; i++)
		registry_warn(&w, "warning %zu", i);
	CHECK_INT(w.n_warnings, REGISTRY_WARNINGS_MAX);
	for (size_t i = 0; i < REGISTRY_PATCHES_MAX + 3; i++)
		registry_add_stale_pins(&w, i, 0);
	CHECK_INT(w.n_stale_pins, REGISTRY_PATCHES_MAX);
	registry_clear(&w);
	CHECK(!registry_free(NULL));
}

/* A forced set that cannot be let go of belongs to the registry, whatever becomes of it. */
static void test_stale_pins(void)
{
	static struct registry w;
	struct patch *s = make("forced", 7, PATCH_LEAVING);

	registry_add_stale_patch(&w, s);
	CHECK_INT(w.n_stale_pins, 1);
	CHECK_INT(w.stale_pins[0].serial, 7);
	CHECK(w.stale_pins[0].patch == s);
	for (size_t i = 0; i < REGISTRY_PATCHES_MAX; i++)
		registry_add_stale_patch(&w, make("n", i, PATCH_LEAVING));
	CHECK_INT(w.n_stale_pins, REGISTRY_PATCHES_MAX);
	registry_clear(&w);
	CHECK_INT(w.n_stale_pins, 0);
}

int main(void)
{
	RUN(test_order_and_look_up);
	RUN(test_same_name);
	RUN(test_limits);
	RUN(test_stale_pins);
	return unit_end();
}
