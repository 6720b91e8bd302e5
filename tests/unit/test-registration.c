/* SPDX-License-Identifier: GPL-2.0-only */
/* core/registration: what the companion is told of a patch, from its metadata. */
#include <errno.h>

#include "core/registration.h"
#include "unit.h"

static struct meta_func func(const char *object)
{
	return (struct meta_func){ .object = (char *)object, .symbol = (char *)"f",
				   .program = (char *)"p" };
}

static struct meta_callback callback(const char *object)
{
	return (struct meta_callback){ .object = (char *)object, .program = (char *)"p" };
}

/* Each once, in the order in which they are mentioned, functions before callbacks. */
static void test_objects(void)
{
	struct meta_func funcs[] = { func("loop"), func("vmlinux"), func("loop") };
	struct meta_callback callbacks[] = { callback("veth"), callback("vmlinux"),
					     callback("ax25") };
	struct meta meta = { .funcs = funcs, .n_funcs = 3, .callbacks = callbacks,
			     .n_callbacks = 3 };
	struct registration a;

	callbacks[2].kind = CALLBACK_POST_UNPATCH;
	CHECK_INT(registration_make(&meta, &a), 0);
	CHECK_INT(a.n_objects, 4);
	CHECK_STR(a.objects[0].name, "loop");
	CHECK_STR(a.objects[1].name, "vmlinux");
	CHECK_STR(a.objects[2].name, "veth");
	CHECK_STR(a.objects[3].name, "ax25");
	for (uint32_t i = 0; i < a.n_objects; i++)
		CHECK_INT(a.objects[i].flags, 0);
	CHECK_INT(a.n_callbacks, 3);
	CHECK(a.callbacks[0].object == 2 && a.callbacks[1].object == 1 &&
	      a.callbacks[2].object == 3);
	CHECK_INT(a.callbacks[0].when, KLP_PRE_PATCH);
	CHECK_INT(a.callbacks[2].when, KLP_POST_UNPATCH);
	CHECK_INT(registration_object(&a, "veth"), 2);
	CHECK_INT(registration_object(&a, "ax2"), -ENOENT);
	CHECK_INT(a.n_states, 0);
}

static void test_states(void)
{
	struct meta_func funcs[] = { func("vmlinux") };
	struct meta_state states[] = { { 9, 0 }, { UINT64_MAX, 3 } };
	struct meta meta = { .funcs = funcs, .n_funcs = 1, .states = states, .n_states = 2 };
	struct registration a;

	CHECK_INT(registration_make(&meta, &a), 0);
	CHECK_INT(a.n_objects, 1);
	CHECK_INT(a.n_states, 2);
	CHECK(a.states[0].id == 9 && a.states[0].version == 0);
	CHECK(a.states[1].id == UINT64_MAX && a.states[1].version == 3);
}

/* As many objects as a record has room for, and one too many. */
static void test_full(void)
{
	char names[KLP_OBJECTS_MAX + 1][8];
	struct meta_func funcs[KLP_OBJECTS_MAX + 1];
	struct meta meta = { .funcs = funcs, .n_funcs = KLP_OBJECTS_MAX };
	struct meta_callback one_more;
	struct registration a;

	for (size_t i = 0; i <= KLP_OBJECTS_MAX; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "m%zu", i);
		funcs[i] = func(names[i]);
	}
	CHECK_INT(registration_make(&meta, &a), 0);
	CHECK_INT(a.n_objects, KLP_OBJECTS_MAX);
	CHECK_INT(registration_object(&a, "m63"), 63);
	meta.n_funcs++;
	CHECK_INT(registration_make(&meta, &a), -E2BIG);

	meta.n_funcs--;
	one_more = callback("m3");
	meta.callbacks = &one_more;
	meta.n_callbacks = 1;
	CHECK_INT(registration_make(&meta, &a), 0);
	one_more = callback("m64");
	CHECK_INT(registration_make(&meta, &a), -E2BIG);
}

int main(void)
{
	RUN(test_objects);
	RUN(test_states);
	RUN(test_full);
	return unit_end();
}
