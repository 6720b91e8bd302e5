/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report of a step. It is filled where the failure is found, and read where the failure is
 * reported.
 *
 * The first failure wins, because undoing it may fail in other ways that matter less. The return
 * value is that of the first failure too, so the return value and the report always agree. Memory
 * may be short: a text that cannot be kept becomes NULL, but the outcome is never lost. All text
 * becomes clean UTF-8 here. Names in a file or in the kernel may be any bytes, and a report must
 * not be lost for that.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/report.h"

#include "util/errno-util.h"
#include "util/macro.h"
#include "util/text.h"

static bool report_told(const struct report *r)
{
	return r->outcome != OUTCOME_OK;
}

static void report_fill(struct report *r, enum outcome outcome, int error, const char *format,
			va_list ap)
{
	r->outcome = outcome;
	r->error = error;
	errno = error;		/* for %m */
	free(r->detail);
	if (vasprintf(&r->detail, format, ap) < 0)
		r->detail = NULL;
	else
		text_clean_utf8(r->detail, true);
}

int report_set(struct report *r, enum outcome outcome, const char *format, ...)
{
	va_list ap;
	PROTECT_ERRNO;

	if (!r)
		return (int)outcome;
	if (report_told(r))
		return (int)r->outcome;
	va_start(ap, format);
	report_fill(r, outcome, r->error, format, ap);
	va_end(ap);
	return (int)outcome;
}

int report_errno(struct report *r, int error, const char *format, ...)
{
	va_list ap;
	PROTECT_ERRNO;

	if (!r)
		return OUTCOME_SYSTEM;
	if (report_told(r))
		return (int)r->outcome;
	va_start(ap, format);
	report_fill(r, OUTCOME_SYSTEM, error < 0 ? -error : error, format, ap);
	va_end(ap);
	return OUTCOME_SYSTEM;
}

static void name_set(char **name, const char *value)
{
	if (!*name && value)
		*name = text_copy_utf8(value, false);
}

static void name_clear(char **name)
{
	free(*name);
	*name = NULL;
}

void report_names(struct report *r, const char *patch, const char *object, const char *function)
{
	if (!r)
		return;
	/*
	 * the names of the previous step, which succeeded, must not stay for the failure of the
	 * next one
	 */
	if (!report_told(r)) {
		if (patch)
			name_clear(&r->patch);
		name_clear(&r->object);
		name_clear(&r->function);
	}
	name_set(&r->patch, patch);
	name_set(&r->object, object);
	name_set(&r->function, function);
}

void report_log(struct report *r, const char *log)
{
	if (r && !r->log)
		r->log = text_copy_utf8(log, true);
}

int report_list_take(struct report_list *l, struct report *r)
{
	struct report *more;
	int ret = 0;

	if (!report_told(r)) {
		report_done(r);
		return 0;
	}
	more = l->n < REPORT_LIST_MAX ? reallocarray(l->reports, l->n + 1, sizeof(*more)) : NULL;
	if (!more) {
		ret = l->n < REPORT_LIST_MAX ? -ENOMEM : -ENOSPC;
		report_done(r);
		return ret;
	}
	l->reports = more;
	more[l->n++] = *r;
	*r = REPORT_INIT;
	return 0;
}

void report_list_done(struct report_list *l)
{
	while (l->n > 0)
		report_done(&l->reports[--l->n]);
	free(l->reports);
	l->reports = NULL;
}

void report_done(struct report *r)
{
	if (!r)
		return;
	free(r->patch);
	free(r->object);
	free(r->function);
	free(r->detail);
	free(r->log);
	*r = REPORT_INIT;
}
