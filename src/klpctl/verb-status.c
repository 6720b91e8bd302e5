/* SPDX-License-Identifier: GPL-2.0-only */
/* status: the state of klpd, the running change, the warnings, and each patch as a block. */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "klpctl/patch-text.h"
#include "klpctl/progress.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

static void status_consistency(sd_json_variant *reply)
{
	sd_json_variant *companion = field_object(reply, "companion");
	const char *problem = field_string(companion, "problem");

	format_line(stdout, "  Consistency: %s",
		    field_bool(reply, "perTask") ? "per task" : "immediate only");
	if (!field_bool(companion, "loaded")) {
		format_line(stdout, "    Companion: not loaded%s%s", *problem ? ": " : "", problem);
		return;
	}
	if (!field_present(companion, "abi")) {
		format_line(stdout, "    Companion: cannot be used: %s", problem);
		return;
	}
	format_line(stdout, "    Companion: klp %s, ABI %" PRIu64 ", %" PRIu64 " of %" PRIu64
		    " functions enabled for fmod_ret", field_string(companion, "version"),
		    field_number(companion, "abi"), field_number(companion, "fmodRetUsed"),
		    field_number(companion, "fmodRetCap"));
	if (field_present(companion, "reliableStacks") && !field_bool(companion, "reliableStacks"))
		format_line(stdout, "%14s stacks of this kernel are not reliable: tasks move only "
			    "outside the kernel", "");
	if (field_number(companion, "forced") > 0)
		format_line(stdout, "%14s %" PRIu64 " transitions were forced since it was loaded", "",
			    field_number(companion, "forced"));
	if (*problem)
		format_line(stdout, "%14s %s", "", problem);
}

/* ", for 12 s of 60 s": how long the transition has run, and how long it may run. */
static void status_time(sd_json_variant *transition, char *text, size_t size)
{
	uint64_t limit = field_number(transition, "timeoutUSec");
	char of[32] = "";

	*text = '\0';
	/* runningUSec does not depend on the wall clock, which may have been set meanwhile */
	if (!field_present(transition, "runningUSec"))
		return;
	/* round up, so that a limit below a second does not look like none */
	if (limit > 0)
		snprintf(of, sizeof(of), " of %" PRIu64 " s", limit / 1000000 + (limit % 1000000 != 0));
	snprintf(text, size, ", for %" PRIu64 " s%s%s", field_number(transition, "runningUSec") / 1000000, of,
		 field_bool(transition, "timedOut") ? ", it did not complete in time" : "");
}

static void status_transition(sd_json_variant *transition)
{
	_cleanup_free_ char *text = NULL;
	char since[96];

	if (!transition) {
		format_line(stdout, "   Transition: none");
		return;
	}
	text = progress_text(transition);
	status_time(transition, since, sizeof(since));
	format_line(stdout, "   Transition: %" PRIu64 ", %s%s, phase %s",
		    field_number(transition, "number"), text ? text : "", since,
		    field_string(transition, "phase"));
}

static void status_callback(sd_json_variant *callback)
{
	if (callback)
		format_line(stdout, "     Callback: %s of '%s' for %s runs, for %" PRIu64 " s (thread %"
			    PRIu64 ")", field_string(callback, "when"),
			    field_string(callback, "patch"), field_string(callback, "object"),
			    field_number(callback, "runningUSec") / 1000000,
			    field_number(callback, "pid"));
}

/* The patches that a rollback would restore; prints nothing if they are not known. */
static void status_previous(sd_json_variant *reply)
{
	sd_json_variant *previous = field_array(reply, "previous");

	if (!previous)
		return;
	fputs("  Rollback to:", stdout);
	for (size_t i = 0; i < field_count(previous); i++) {
		_cleanup_free_ char *text = NULL;
		sd_json_variant *b = field_item(previous, i);

		if (asprintf(&text, "%s %s", field_string(b, "name"),
			     field_string(b, "version")) < 0) {
			text = NULL;
			continue;
		}
		format_clean(text);
		printf("%s %s", i > 0 ? "," : "", text);
	}
	fputs(field_count(previous) > 0 ? "\n" : " no patch\n", stdout);
}

static bool status_is_whole(sd_json_variant *v)
{
	return !field_present(v, "effect") || STREQ(field_string(v, "effect"), "whole");
}

/* EXIT_STATUS_PARTIAL if a patch is not fully in force, else EXIT_STATUS_OK. */
static int status_exit(sd_json_variant *reply)
{
	sd_json_variant *patches = field_array(reply, "patches");
	sd_json_variant *warnings = field_array(reply, "warningDetails");

	for (size_t i = 0; i < field_count(warnings); i++)
		if (!status_is_whole(field_item(warnings, i)))
			return EXIT_STATUS_PARTIAL;
	for (size_t i = 0; i < field_count(patches); i++) {
		sd_json_variant *p = field_item(patches, i);

		if (field_number(p, "missed") > 0 || field_bool(p, "broken") ||
		    field_bool(p, "skipped") || !status_is_whole(p))
			return EXIT_STATUS_PARTIAL;
	}
	return EXIT_STATUS_OK;
}

int verb_status(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	sd_json_variant *patches, *warnings;
	int r;

	r = verb_call_keep(verb, NULL, "Status", NULL, &reply);
	if (r != EXIT_STATUS_OK)
		return r;
	patches = field_array(reply, "patches");
	if (options.json != OPTION_JSON_OFF)
		return status_exit(reply);
	warnings = field_array(reply, "warnings");
	format_line(stdout, "         klpd: %s on kernel %s", field_string(reply, "version"),
		    field_string(reply, "kernel"));
	format_line(stdout, "   Generation: %" PRIu64, field_number(reply, "generation"));
	status_consistency(reply);
	status_transition(field_object(reply, "transition"));
	status_callback(field_object(reply, "callback"));
	status_previous(reply);
	format_line(stdout, "      Patches: %zu", field_count(patches));
	for (size_t i = 0; i < field_count(warnings); i++) {
		sd_json_variant *w = field_item(warnings, i);

		if (sd_json_variant_is_string(w))
			format_line(stdout, "      Warning: %s", sd_json_variant_string(w));
	}
	for (size_t i = 0; i < field_count(patches); i++) {
		fputc('\n', stdout);
		patch_text_print(field_item(patches, i), stdout);
	}
	return status_exit(reply);
}
