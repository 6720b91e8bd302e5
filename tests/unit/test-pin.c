// SPDX-License-Identifier: GPL-2.0-only
/* kern/pin: names in the tree, and headers that are not believed. The rest needs a kernel. */
#include <errno.h>

#include "klp/meta.h"
#include "kern/pin-read.h"
#include "unit.h"

static void test_set_names(void)
{
	static const char *const bad[] = { "", "gen", "gen-", "gen-0", "gen-01", "gen--1", "gen-+1",
		"gen-1x", "gen-1 ", "Gen-1", "xgen-1", "gen-9223372036854775808",
		"gen-18446744073709551617", "gen-99999999999999999999999999", "gates", "meta" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!pin_parse_set_name(bad[i], &n));
	CHECK_INT(n, 77);
	CHECK(pin_parse_set_name("gen-1", &n));
	CHECK_INT(n, 1);
	CHECK(pin_parse_set_name("gen-9223372036854775807", &n));
	CHECK_INT(n, INT64_MAX);
}

static void test_link_names(void)
{
	uint64_t n;

	CHECK(pin_parse_link_name("link-0", &n));
	CHECK_INT(n, 0);
	CHECK(pin_parse_link_name("link-335", &n));
	CHECK_INT(n, PIN_LINKS_MAX - 1);
	CHECK(!pin_parse_link_name("link-336", &n));
	CHECK(!pin_parse_link_name("link-00", &n));
	CHECK(!pin_parse_link_name("link-", &n));
	CHECK(!pin_parse_link_name("link", &n));
}

static void test_map_names(void)
{
	uint64_t n = 77;

	CHECK(!pin_parse_map_name("map-16", &n));
	CHECK(!pin_parse_map_name("map-00", &n));
	CHECK(!pin_parse_map_name("map-", &n));
	CHECK(!pin_parse_map_name("link-0", &n));
	CHECK_INT(n, 77);
	CHECK(pin_parse_map_name("map-15", &n));
	CHECK_INT(n, KLP_STRUCT_OPS_MAX - 1);
}

static void test_kept_names(void)
{
	static const char *const bad[] = { "forced-", "forced-1", "forced-1-", "forced--1", "forced-0-0",
		"forced-1-00", "forced-1-336", "forced-01-0", "forced-1-0-0", "gen-1-0",
		"forced-9223372036854775808-0", "forced-999999999999999999999999999999999999-0" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!pin_parse_kept_name(bad[i], &n));
	CHECK_INT(n, 77);
	CHECK(pin_parse_kept_name("forced-12-319", &n));
	CHECK_INT(n, 12);
	CHECK(pin_parse_kept_name("forced-9223372036854775807-0", &n));
	CHECK_INT(n, INT64_MAX);
}

static void test_paths(void)
{
	char path[PIN_PATH_MAX];

	pin_patch_path(7, NULL, path);
	CHECK_STR(path, KLPD_PIN_DIR "/gen-7");
	pin_patch_path(UINT64_MAX, "link-255", path);
	CHECK_STR(path, KLPD_PIN_DIR "/gen-18446744073709551615/link-255");
}

static struct pin_header good(void)
{
	return (struct pin_header){
		.magic = PIN_MAGIC,
		.format = PIN_FORMAT,
		.serial = 5,
		.n_links = 1,
		.meta_size = 100,
		.consistency = KLP_CONSISTENCY_IMMEDIATE,
		.slot = 63,
		.path = "/x.klp.o",
	};
}

static int check(const struct pin_header *h)
{
	return pin_check_header(h, 5, sizeof(*h) + 100);
}

#define BROKEN(field, value, wanted) do { \
		struct pin_header broken = good(); \
		broken.field = (value); \
		CHECK_INT(check(&broken), wanted); \
	} while (0)

static void test_header(void)
{
	struct pin_header h = good();

	CHECK_INT(check(&h), 0);
	CHECK_INT(pin_check_header(&h, 6, sizeof(h) + 100), -EINVAL);
	CHECK_INT(pin_check_header(&h, 5, sizeof(h) + 99), -EINVAL);
	CHECK_INT(pin_check_header(&h, 5, 4), -EINVAL);
	BROKEN(magic, 0, -EINVAL);
	BROKEN(format, 0, -EINVAL);
	BROKEN(format, PIN_FORMAT + 1, -EPROTO);
	BROKEN(n_maps, 2, -EINVAL);	/* more than links */
	BROKEN(n_maps, KLP_STRUCT_OPS_MAX + 1, -EINVAL);
	BROKEN(n_maps, UINT32_MAX, -EINVAL);
	BROKEN(n_links, 0, -EINVAL);
	BROKEN(n_links, PIN_LINKS_MAX + 1, -EINVAL);
	BROKEN(n_links, UINT32_MAX, -EINVAL);
	BROKEN(meta_size, 0, -EINVAL);
	BROKEN(meta_size, UINT32_MAX, -EINVAL);
	BROKEN(consistency, KLP_CONSISTENCY_NONE, -EINVAL);
	BROKEN(consistency, 3, -EINVAL);
	BROKEN(consistency, KLP_CONSISTENCY_PER_TASK, -EINVAL);
	BROKEN(slot, KLP_GATE_SLOTS, -EINVAL);
	BROKEN(id, 1, -EINVAL);
	memset(h.path, 'x', sizeof(h.path));
	CHECK_INT(check(&h), -EINVAL);

	h = good();
	h.consistency = KLP_CONSISTENCY_PER_TASK;
	h.slot = 0;
	h.id = 9;
	CHECK_INT(check(&h), 0);
}

static void test_undo_nothing(void)
{
	pin_sets_free(NULL, 0);
}

int main(void)
{
	RUN(test_set_names);
	RUN(test_link_names);
	RUN(test_map_names);
	RUN(test_kept_names);
	RUN(test_paths);
	RUN(test_header);
	RUN(test_undo_nothing);
	return unit_end();
}
