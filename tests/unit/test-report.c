/* SPDX-License-Identifier: GPL-2.0-only */
/* struct report: the first failure wins, names stay, nothing leaks, NULL is fine everywhere. */
#include <errno.h>

#include "unit.h"

#include "shared/report.h"

static void test_set(void)
{
	struct report r = REPORT_INIT;

	CHECK_INT(report_set(&r, OUTCOME_CONFLICT, "patch '%s' has it", "a"), OUTCOME_CONFLICT);
	CHECK_INT(r.outcome, OUTCOME_CONFLICT);
	CHECK_STR(r.detail, "patch 'a' has it");
	CHECK_INT(r.error, 0);
	report_done(&r);
	CHECK_INT(r.outcome, OUTCOME_OK);
	CHECK(!r.detail);
}

static void test_first_wins(void)
{
	struct report r = REPORT_INIT;

	report_set(&r, OUTCOME_VERIFIER, "first");
	CHECK_INT(report_set(&r, OUTCOME_BUSY, "second"), OUTCOME_VERIFIER);
	CHECK_INT(report_errno(&r, -EIO, "third"), OUTCOME_VERIFIER);
	CHECK_STR(r.detail, "first");
	CHECK_INT(r.error, 0);
	report_done(&r);
	/* after that it is as new */
	CHECK_INT(report_set(&r, OUTCOME_BUSY, "second"), OUTCOME_BUSY);
	report_done(&r);
}

static void test_errno(void)
{
	struct report r = REPORT_INIT;

	errno = ENOTTY;
	CHECK_INT(report_errno(&r, -ENOENT, "cannot pin: %m"), OUTCOME_SYSTEM);
	CHECK_INT(errno, ENOTTY);
	CHECK_INT(r.outcome, OUTCOME_SYSTEM);
	CHECK_INT(r.error, ENOENT);
	CHECK_STR(r.detail, "cannot pin: No such file or directory");
	report_done(&r);
}

static void test_list(void)
{
	struct report_list l = { .n = 0 };
	struct report r = REPORT_INIT;

	/* what tells no failure is let go of, names and all */
	report_names(&r, "patch", "vmlinux", "f");
	CHECK_INT(report_list_take(&l, &r), 0);
	CHECK(l.n == 0 && !r.patch);
	report_set(&r, OUTCOME_STRICT, "one");
	report_names(&r, "patch", NULL, NULL);
	CHECK_INT(report_list_take(&l, &r), 0);
	CHECK(r.outcome == OUTCOME_OK && !r.detail && !r.patch);
	for (size_t i = 1; i < REPORT_LIST_MAX; i++) {
		report_set(&r, OUTCOME_BUSY, "more");
		CHECK_INT(report_list_take(&l, &r), 0);
	}
	report_set(&r, OUTCOME_BUSY, "too many");
	CHECK_INT(report_list_take(&l, &r), -ENOSPC);
	CHECK(l.n == REPORT_LIST_MAX && r.outcome == OUTCOME_OK && !r.detail);
	CHECK_STR(l.reports[0].detail, "one");
	CHECK_STR(l.reports[0].patch, "patch");
	report_list_done(&l);
	CHECK(l.n == 0 && !l.reports);
	report_list_done(&l);
}

static void test_names(void)
{
	struct report r = REPORT_INIT;

	/* the step that went well */
	report_names(&r, "patch", "vmlinux", "first");
	/* one that is about an object, and one about another function */
	report_names(&r, NULL, "mod", NULL);
	CHECK_STR(r.patch, "patch");
	CHECK_STR(r.object, "mod");
	CHECK(!r.function);
	report_names(&r, NULL, "vmlinux", "f");
	CHECK_STR(r.function, "f");
	/* names alone are no failure */
	CHECK_INT(report_set(&r, OUTCOME_STRICT, "x"), OUTCOME_STRICT);
	/* told: what is above adds only what is missing */
	report_names(&r, "other", "vmlinux", "first");
	CHECK_STR(r.patch, "patch");
	CHECK_STR(r.function, "f");
	report_done(&r);
	CHECK(!r.patch && !r.object && !r.function);
}

static void test_null(void)
{
	CHECK_INT(report_set(NULL, OUTCOME_BUSY, "x"), OUTCOME_BUSY);
	CHECK_INT(report_errno(NULL, -EIO, "x"), OUTCOME_SYSTEM);
	report_names(NULL, "a", "b", "c");
	report_done(NULL);
}

/* Any bytes may stand in a file; a reader must get a report all the same. */
static void test_text(void)
{
	struct report r = REPORT_INIT;

	report_set(&r, OUTCOME_PROTOTYPE, "is '%s'\nand\tmore", "int \xff\xfe(\x1b[31m\xc2\x9b \u00e9)");
	CHECK_STR(r.detail, "is 'int ?" "?(?[31m?? \u00e9)'\nand\tmore");
	report_names(&r, "p\n", "o\xc3", "f\u202e");
	CHECK_STR(r.patch, "p?");
	CHECK_STR(r.object, "o?");
	CHECK_STR(r.function, "f???");
	report_log(&r, "line\nof prog '\xa0'");
	CHECK_STR(r.log, "line\nof prog '?'");
	report_log(&r, "another");
	CHECK_STR(r.log, "line\nof prog '?'");
	report_log(NULL, "x");
	report_done(&r);
}

int main(void)
{
	RUN(test_text);
	RUN(test_set);
	RUN(test_first_wins);
	RUN(test_errno);
	RUN(test_names);
	RUN(test_list);
	RUN(test_null);
	return unit_end();
}
