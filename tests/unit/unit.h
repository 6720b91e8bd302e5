/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest test harness that tells the truth. A case is a function without arguments; the first
 * CHECK that fails ends it. Each case prints one line of TAP (tap.h). The program ends with
 * unit_end(), which prints the plan: 0, 1 if a case failed or none ran, 77 if all were skipped.
 *
 *	static void test_something(void) { CHECK_INT(1 + 1, 2); }
 *	int main(void) { RUN(test_something); return unit_end(); }
 */
#ifndef KLPD_TESTS_UNIT_H
#define KLPD_TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static struct unit_state {
	bool bad;		/* of the case that runs */
	const char *skipped;	/* reason */
	unsigned int passed;
	unsigned int failed;
	unsigned int skips;
} unit;

static inline const char *unit_string(const char *s)
{
	return s ? s : "(null)";
}

static inline bool unit_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

#define UNIT_FAIL(...) do { \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__); \
		fputc('\n', stderr); \
		unit.bad = true; \
		return; \
	} while (0)

#define CHECK(condition) do { \
		if (!(condition)) \
			UNIT_FAIL("not true: %s", #condition); \
	} while (0)

#define CHECK_INT(value, expected) do { \
		long long unit_v = (long long)(value), unit_e = (long long)(expected); \
		if (unit_v != unit_e) \
			UNIT_FAIL("%s is %lld, not %lld", #value, unit_v, unit_e); \
	} while (0)

#define CHECK_STR(value, expected) do { \
		const char *unit_v = (value), *unit_e = (expected); \
		if (!unit_same(unit_v, unit_e)) \
			UNIT_FAIL("%s is '%s', not '%s'", #value, unit_string(unit_v), \
				  unit_string(unit_e)); \
	} while (0)

#define CHECK_CONTAINS(value, part) do { \
		const char *unit_v = (value), *unit_p = (part); \
		if (!unit_v || !strstr(unit_v, unit_p)) \
			UNIT_FAIL("%s is '%s', without '%s'", #value, unit_string(unit_v), \
				  unit_p); \
	} while (0)

#define SKIP(reason) do { \
		unit.skipped = (reason); \
		return; \
	} while (0)

#define RUN(function) unit_run(#function, function)

static inline void unit_run(const char *name, void (*function)(void))
{
	unit.bad = false;
	unit.skipped = NULL;
	function();
	if (unit.bad) {
		unit.failed++;
		tap_result(false, "%s", name);
	} else if (unit.skipped) {
		unit.skips++;
		tap_skip(name, unit.skipped);
	} else {
		unit.passed++;
		tap_result(true, "%s", name);
	}
}

static inline int unit_end(void)
{
	tap_end();
	if (unit.failed > 0)
		return 1;
	if (unit.passed > 0)
		return 0;
	return unit.skips > 0 ? 77 : 1;
}

#endif
