// SPDX-License-Identifier: GPL-2.0-only
/* kern/pin-previous: names, and damaged bytes. Storing such a pin needs a kernel. */
#include <errno.h>

#include "kern/pin-previous.h"
#include "kern/pin-read.h"
#include "unit.h"
#include "util/cleanup.h"

#define N	3

struct bytes {
	struct pin_previous_header header;
	struct pin_previous_entry entries[N];
};

static struct bytes good(void)
{
	struct bytes b = { .header = { .magic = PIN_PREVIOUS_MAGIC, .format = PIN_PREVIOUS_FORMAT,
				       .generation = 9, .n = N } };

	for (size_t i = 0; i < N; i++)
		b.entries[i] = (struct pin_previous_entry){
			.serial = 2 * i + 1, .consistency = KLP_CONSISTENCY_PER_TASK,
			.name = "cmdline", .version = "1.0", .path = "/x.klp.o" };
	return b;
}

static int parse(const struct bytes *b, size_t size)
{
	_cleanup_free_ struct pin_previous *previous = NULL;

	return pin_previous_parse(b, size, 9, &previous);
}

#define BROKEN(field, value, wanted) do { \
		struct bytes broken = good(); \
		broken.field = (value); \
		CHECK_INT(parse(&broken, sizeof(broken)), wanted); \
	} while (0)

static void test_good(void)
{
	_cleanup_free_ struct pin_previous *previous = NULL;
	struct bytes b = good();

	b.header.change = 3;
	b.entries[1].consistency = KLP_CONSISTENCY_IMMEDIATE;
	CHECK_INT(pin_previous_parse(&b, sizeof(b), 9, &previous), 0);
	CHECK(previous->generation == 9 && previous->change == 3 && previous->n == N);
	CHECK_INT(previous->entries[2].serial, 5);
	CHECK_STR(previous->entries[2].path, "/x.klp.o");
	b.header.n = 0;
	CHECK_INT(parse(&b, sizeof(b.header)), 0);
}

/* Sizes and counts that do not agree, at every length there is. */
static void test_sizes(void)
{
	struct bytes b = good();

	for (size_t size = 0; size < sizeof(b); size += size < 64 ? 1 : 61) {
		struct bytes *cut = malloc(size ? size : 1);	/* with its end where it ends */

		if (cut)
			memcpy(cut, &b, size);
		CHECK_INT(parse(cut, size), -EINVAL);
		free(cut);
	}
	CHECK_INT(parse(&b, sizeof(b)), 0);
	BROKEN(header.n, N - 1, -EINVAL);
	BROKEN(header.n, N + 1, -EINVAL);
	BROKEN(header.n, PIN_PREVIOUS_MAX + 1, -EINVAL);
	BROKEN(header.n, UINT32_MAX, -EINVAL);
}

static void test_header(void)
{
	BROKEN(header.magic, 0, -EINVAL);
	BROKEN(header.format, 0, -EINVAL);
	BROKEN(header.format, PIN_PREVIOUS_FORMAT + 1, -EPROTO);
	BROKEN(header.generation, 8, -EINVAL);
	BROKEN(header.generation, 0, -EINVAL);
	BROKEN(header.reserved, 1, -EINVAL);
}

static void test_entries(void)
{
	struct bytes b;

	BROKEN(entries[0].serial, 0, -EINVAL);
	BROKEN(entries[1].serial, 1, -EINVAL);		/* twice */
	BROKEN(entries[1].serial, 6, -EINVAL);		/* out of order */
	BROKEN(entries[2].serial, 9, -EINVAL);		/* not before */
	BROKEN(entries[2].serial, UINT64_MAX, -EINVAL);
	BROKEN(entries[2].reserved, 1, -EINVAL);
	BROKEN(entries[0].consistency, KLP_CONSISTENCY_NONE, -EINVAL);
	BROKEN(entries[0].consistency, 3, -EINVAL);
	BROKEN(entries[1].name[0], '\0', -EINVAL);
	BROKEN(entries[1].name[3], '\n', -EINVAL);
	BROKEN(entries[1].name[3], '\033', -EINVAL);
	BROKEN(entries[1].name[3], (char)0xff, -EINVAL);
	BROKEN(entries[1].version[0], '\0', -EINVAL);
	BROKEN(entries[1].version[2], '\a', -EINVAL);
	BROKEN(entries[1].path[0], '\0', -EINVAL);
	BROKEN(entries[1].path[0], 'x', -EINVAL);
	b = good();
	memset(b.entries[2].name, 'x', sizeof(b.entries[2].name));
	CHECK_INT(parse(&b, sizeof(b)), -EINVAL);
	b = good();
	memset(b.entries[2].version, 'x', sizeof(b.entries[2].version));
	CHECK_INT(parse(&b, sizeof(b)), -EINVAL);
	b = good();
	memset(b.entries[2].path, '/', sizeof(b.entries[2].path));
	CHECK_INT(parse(&b, sizeof(b)), -EINVAL);
}

static void test_names(void)
{
	static const char *const bad[] = { "before", "previous-", "previous-0", "previous-01", "before--1",
		"previous-1x", "previous-9223372036854775808", "gen-1", "xbefore-1" };
	uint64_t n = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!pin_parse_previous_name(bad[i], &n));
	CHECK_INT(n, 77);
	CHECK(pin_parse_previous_name("previous-12", &n));
	CHECK_INT(n, 12);
	CHECK(!pin_parse_set_name("previous-12", &n));
}

int main(void)
{
	RUN(test_good);
	RUN(test_sizes);
	RUN(test_header);
	RUN(test_entries);
	RUN(test_names);
	return unit_end();
}
