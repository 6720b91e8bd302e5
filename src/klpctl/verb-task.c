/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task: the patch state of tasks, in words. A task that klpd does not know is reported, and the
 * others are still shown. The exit status is that of the first failure.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

static int task_parse(const struct verb *verb, const char *text, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno != 0 || n == 0 || n > INT32_MAX) {
		log_error("%s: '%s' is not the id of a thread", verb->name, text);
		return EXIT_STATUS_USAGE;
	}
	*ret = n;
	return EXIT_STATUS_OK;
}

/* patchState is the only number of the interface that may be negative. */
static const char *task_state(sd_json_variant *reply)
{
	sd_json_variant *v = sd_json_variant_by_key(reply, "patchState");

	if (!v || !sd_json_variant_is_integer(v))
		return "unknown";
	switch (sd_json_variant_integer(v)) {
	case -1:
		return "no transition";
	case 0:
		return "unpatched";
	case 1:
		return "patched";
	default:
		return "unknown";
	}
}

static int task_show(const struct verb *verb, const char *argument, uint64_t pid,
		     struct format_table *t)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	const char *comm;
	int r;

	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_UNSIGNED("pid", pid)) < 0)
		return verb_out_of_memory(verb);
	r = verb_call(verb, argument, "Task", parameters, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	comm = field_string(reply, "comm");
	format_table_row(t, argument, *comm ? comm : "-", task_state(reply), NULL);
	return EXIT_STATUS_OK;
}

int verb_task(const struct verb *verb, char **arguments)
{
	struct format_table t;
	int r, status = EXIT_STATUS_OK;
	uint64_t pid;

	/* check all ids first, so that a typing error shows nothing */
	for (char **a = arguments; *a; a++) {
		r = task_parse(verb, *a, &pid);
		if (r != EXIT_STATUS_OK)
			return r;
	}
	format_table_begin(&t, "PID", "COMM", "STATE", NULL);
	for (char **a = arguments; *a; a++) {
		(void)task_parse(verb, *a, &pid);
		r = task_show(verb, *a, pid, &t);
		if (status == EXIT_STATUS_OK)
			status = r;
	}
	/* no header without a row, as in list */
	r = format_table_end(&t, t.rows > 1 ? stdout : NULL);
	return r < 0 ? verb_out_of_memory(verb) : status;
}
