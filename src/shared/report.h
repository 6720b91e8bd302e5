/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a failed (or finished) step has to tell: which outcome, of which patch and function, in
 * which phase, and why. Filled by the lowest layer that knows, passed up by pointer, turned into a
 * varlink error by klpd and back into sentences by klpctl.
 */
#ifndef KLPD_SHARED_REPORT_H
#define KLPD_SHARED_REPORT_H

#include <stddef.h>

#include "shared/outcome.h"

struct report {
	enum outcome outcome;
	enum phase phase;
	int error;		/* positive errno, 0 if none */
	char *patch;		/* names: owned, NULL if not known */
	char *object;
	char *function;
	char *detail;		/* one sentence without a final full stop */
	char *log;		/* verifier log, whole; NULL if none */
};

#define REPORT_INIT ((struct report){ .outcome = OUTCOME_OK })

/*
 * Fill *r, unless it already holds a failure (the first one told wins), and return the outcome as
 * an int so that callers can write `return report_set(r, OUTCOME_CONFLICT, "...")`. r may be NULL.
 */
int report_set(struct report *r, enum outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As report_set() with OUTCOME_SYSTEM and errno of a negative error code. */
int report_errno(struct report *r, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * What is dealt with. Before a failure is told: names of the step that begins, in place of those of
 * the one before (a patch that is NULL stays). Afterwards: each NULL leaves the field as it is, and
 * a name already told stays.
 */
void report_names(struct report *r, const char *patch, const char *object, const char *function);
/* The whole log of the verifier, if there is none yet. */
void report_log(struct report *r, const char *log);
/* Release what it owns and make it REPORT_INIT again. NULL is fine. */
void report_done(struct report *r);

/* Many of them, for who looks on after the first failure. */
struct report_list {
	struct report *reports;
	size_t n;
};

/*
 * Take over what *r tells, if it tells a failure, and make it REPORT_INIT again either way. Of what
 * is told beyond REPORT_LIST_MAX, and for want of memory, nothing is kept but that it was:
 * -ENOSPC, -ENOMEM.
 */
#define REPORT_LIST_MAX 1024
int report_list_take(struct report_list *l, struct report *r);
void report_list_done(struct report_list *l);

#endif
