/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The result of a failed (or finished) step: the outcome, the patch and function, the phase, and
 * the reason. The lowest layer that knows the reason fills the report and passes it up by pointer.
 * klpd turns it into a varlink error, and klpctl turns that back into sentences.
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
	char *log;		/* complete verifier log; NULL if none */
};

#define REPORT_INIT ((struct report){ .outcome = OUTCOME_OK })

/*
 * Fill *r, unless it already holds a failure, because the first failure wins. Returns the outcome
 * as an int, so that callers can write `return report_set(r, OUTCOME_CONFLICT, "...")`. r may be
 * NULL.
 */
int report_set(struct report *r, enum outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* report_set() with OUTCOME_SYSTEM and the errno of a negative error code. */
int report_errno(struct report *r, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Set the names that the step is about. Before a failure they replace the names of the previous
 * step, but a NULL patch leaves the patch name. After a failure a NULL leaves the field, and a name
 * that is already set stays.
 */
void report_names(struct report *r, const char *patch, const char *object, const char *function);
/* Keep the complete log of the verifier, if there is none yet. */
void report_log(struct report *r, const char *log);
/* Free the contents and reset *r to REPORT_INIT. r may be NULL. */
void report_done(struct report *r);

/* Several reports, for callers that continue after the first failure. */
struct report_list {
	struct report *reports;
	size_t n;
};

/*
 * Move the failure in *r, if there is one, to the list; *r is REPORT_INIT afterwards in any case. A
 * failure beyond REPORT_LIST_MAX, or without memory, is dropped: -ENOSPC, -ENOMEM.
 */
#define REPORT_LIST_MAX 1024
int report_list_take(struct report_list *l, struct report *r);
void report_list_done(struct report_list *l);

#endif
