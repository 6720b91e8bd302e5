/* SPDX-License-Identifier: GPL-2.0-only */
/* core/set: what is read back from pins is checked against itself before it becomes a set. */
#include <fcntl.h>
#include <unistd.h>

#include "core/patch.h"
#include "unit.h"

static char section[] = "format=1\0name=demo\0version=1.0\0func=vmlinux:0:fmod_ret:foo:prog";
static int fds[2];

/* A good one; cases spoil a field each. */
static struct pin_patch good_pin(void)
{
	struct pin_patch pin = {
		.serial = 7,
		.header = {
			.magic = PIN_MAGIC,
			.format = PIN_FORMAT,
			.consistency = KLP_CONSISTENCY_IMMEDIATE,
			.serial = 7,
			.slot = 3,
			.n_links = 1,
			.path = "/usr/lib/klpd/patches/demo.klp.o",
			.meta_size = sizeof(section),
		},
		.meta = section,
		.links = fds,
		.n_links = 1,
	};

	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return pin;
}

static void test_good(void)
{
	struct pin_patch pin = good_pin();
	struct patch *s = NULL;
	int fd = fds[0];

	CHECK_INT(patch_from_pin(&pin, &s), 0);
	CHECK_STR(s->meta->name, "demo");
	CHECK_STR(s->path, "/usr/lib/klpd/patches/demo.klp.o");
	CHECK_INT(s->serial, 7);
	CHECK_INT(patch_gates_mask(s), 1 << 3);
	CHECK_INT(s->links[0], fd);
	CHECK(fds[0] < 0);
	patch_free(s);
	CHECK(fcntl(fd, F_GETFD) < 0);
}

static void refuse(struct pin_patch *pin, const char *what)
{
	struct patch *s = (struct patch *)&fds;

	if (patch_from_pin(pin, &s) != -EINVAL || s != (struct patch *)&fds || fds[0] < 0) {
		fprintf(stderr, "not refused, or not left alone: %s\n", what);
		unit.bad = true;
	}
	fds[0] = safe_close(fds[0]);
}

static void test_refused(void)
{
	struct pin_patch pin;

	pin = good_pin();
	pin.header.serial = 0;
	refuse(&pin, "no serial");
	pin = good_pin();
	pin.header.slot = KLP_GATE_SLOTS;
	refuse(&pin, "a slot outside the word");
	pin = good_pin();
	pin.header.id = 5;
	refuse(&pin, "immediate with a record");
	pin = good_pin();
	pin.header.consistency = KLP_CONSISTENCY_PER_TASK;
	refuse(&pin, "per task without a record");
	pin = good_pin();
	pin.header.consistency = 77;
	refuse(&pin, "a consistency nobody knows");
	pin = good_pin();
	pin.n_links = 0;
	refuse(&pin, "fewer links than functions");
	pin = good_pin();
	memset(pin.header.path, 'a', sizeof(pin.header.path));
	refuse(&pin, "a path without end");
	pin = good_pin();
	pin.header.meta_size = 9;
	refuse(&pin, "metadata cut short");
}

static void test_header_round_trip(void)
{
	struct pin_patch pin = good_pin(), again = { .serial = 7, .meta = section, .links = fds };
	struct patch *s = NULL, *t = NULL;

	CHECK_INT(patch_from_pin(&pin, &s), 0);
	CHECK_INT(patch_to_header(s, sizeof(section), &again.header), 0);
	fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	again.n_links = again.header.n_links;
	CHECK_INT(patch_from_pin(&again, &t), 0);
	CHECK_INT(patch_gates_mask(s), patch_gates_mask(t));
	CHECK_STR(s->path, t->path);
	CHECK_INT(patch_to_header(s, KLP_META_MAX + 1, &again.header), -E2BIG);
	patch_free(s);
	patch_free(t);
}

/* One function, two callbacks: three links, those of callbacks last. */
static void test_callbacks(void)
{
	static char with[] = "format=1\0name=demo\0version=1.0\0func=vmlinux:0:guard:foo:prog\0"
			     "callback=loop:pre_patch:a\0callback=vmlinux:post_patch:b";
	int links[3] = { -EBADF, -EBADF, -EBADF };
	struct pin_patch pin = good_pin();
	struct patch *s = NULL;
	int last;

	links[0] = fds[0];
	links[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	links[2] = last = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pin.meta = with;
	pin.header.meta_size = sizeof(with);
	pin.links = links;
	pin.n_links = pin.header.n_links = 2;
	CHECK_INT(patch_from_pin(&pin, &s), -EINVAL);
	pin.n_links = pin.header.n_links = 3;
	CHECK_INT(patch_from_pin(&pin, &s), 0);
	CHECK_INT(s->n_links, 3);
	CHECK_INT(s->links[s->meta->n_funcs + 1], last);
	CHECK_INT(patch_to_header(s, sizeof(with), &pin.header), 0);
	CHECK_INT(pin.header.n_links, 3);
	patch_free(s);
	fds[0] = -EBADF;
}

/* Nothing but a struct_ops instance: one link, and one map beside it. */
static void test_struct_ops(void)
{
	static char with[] = "format=1\0name=demo\0version=1.0\0table=t:n:m";
	struct pin_patch pin = good_pin();
	struct patch *s = NULL;
	int map;

	pin.meta = with;
	pin.header.meta_size = sizeof(with);
	CHECK_INT(patch_from_pin(&pin, &s), -EINVAL);
	pin.maps[0] = map = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pin.n_maps = pin.header.n_maps = 1;
	CHECK_INT(patch_from_pin(&pin, &s), 0);
	CHECK_INT(patch_struct_ops_link(s, 0), 0);
	CHECK_INT(s->maps[0], map);
	CHECK(pin.maps[0] < 0 && s->maps[1] < 0);
	CHECK_INT(patch_to_header(s, sizeof(with), &pin.header), 0);
	CHECK(pin.header.n_links == 1 && pin.header.n_maps == 1);
	patch_free(s);
	CHECK(fcntl(map, F_GETFD) < 0);
	fds[0] = -EBADF;
}

static void test_free_nothing(void)
{
	CHECK(!patch_free(NULL));
}

int main(void)
{
	RUN(test_good);
	RUN(test_refused);
	RUN(test_header_round_trip);
	RUN(test_callbacks);
	RUN(test_struct_ops);
	RUN(test_free_nothing);
	return unit_end();
}
