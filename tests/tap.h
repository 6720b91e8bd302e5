/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What test programs print: TAP (Test Anything Protocol), one line for each result and, at the
 * end, the plan. tests/tap.sh reads it: a program that ends without a plan has failed.
 */
#ifndef KLPD_TESTS_TAP_H
#define KLPD_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* The number of results so far. A child process of fork(2) that prints results counts, too. */
static inline unsigned int *tap_results(void)
{
	static unsigned int *results;

	if (results)
		return results;
	results = mmap(NULL, sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		abort();
	return results;
}

/* Call before a child is forked that prints results. */
static inline void tap_begin(void)
{
	(void)tap_results();
}

/* Print a result with the name of the test. */
__attribute__((format(printf, 2, 3))) static inline bool tap_result(bool good, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	printf("%sok %u - ", good ? "" : "not ", ++*tap_results());
	vprintf(name, args);
	putchar('\n');
	fflush(stdout);
	va_end(args);
	return good;
}

static inline void tap_skip(const char *name, const char *reason)
{
	printf("ok %u - %s # SKIP %s\n", ++*tap_results(), name, reason);
	fflush(stdout);
}

/* Call last. */
static inline void tap_end(void)
{
	printf("1..%u\n", *tap_results());
	fflush(stdout);
}

#endif
