/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * enable, replace, disable and rollback: the changes. They send different requests and get the same
 * reply. By default they wait until the change is complete, or was reversed because it took too
 * long. Interrupting klpctl does not interrupt a change that has switched.
 */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

static const char *change_done(const char *change)
{
	if (STREQ(change, "disable"))
		return "disabled";
	return STREQ(change, "replace") ? "replaced" : "enabled";
}

/* "rolled back: a, b in force again, c out of force: generation 7, per task" */
static int change_print_rollback(const struct verb *verb, sd_json_variant *reply)
{
	_cleanup_free_ char *back = NULL, *out = NULL;

	back = field_join(field_array(reply, "returning"));
	out = field_join(field_array(reply, "replaced"));
	if (!back || !out)
		return verb_out_of_memory(verb);
	format_line(stdout, "rolled back: %s%s%s%s%s: generation %" PRIu64 ", %s", back,
		    *back ? " in force again" : "", *back && *out ? ", " : "", out,
		    *out ? " out of force" : "", field_number(reply, "generation"),
		    format_words(field_string(reply, "consistency")));
	return EXIT_STATUS_OK;
}

static int change_print(const struct verb *verb, sd_json_variant *reply)
{
	const char *change = field_string(reply, "change");
	const char *name = field_string(reply, "name");
	const char *version = field_string(reply, "version");
	sd_json_variant *replaced = field_array(reply, "replaced");
	_cleanup_free_ char *names = NULL;

	names = field_join(replaced);
	if (!names)
		return verb_out_of_memory(verb);
	if (!field_bool(reply, "complete"))
		format_line(stdout, "%s '%s' %s: the transition runs, see 'klpctl status'",
			    change, name, version);
	else if (STREQ(change, "rollback"))
		return change_print_rollback(verb, reply);
	else if (STREQ(change, "replace") && *names)
		format_line(stdout, "replaced %s by '%s' %s: generation %" PRIu64 ", %s", names,
			    name, version, field_number(reply, "generation"),
			    format_words(field_string(reply, "consistency")));
	else
		format_line(stdout, "%s '%s' %s: generation %" PRIu64 ", %s",
			    STREQ(change, "replace") ? "enabled" : change_done(change), name,
			    version, field_number(reply, "generation"),
			    format_words(field_string(reply, "consistency")));
	return EXIT_STATUS_OK;
}

/* key is NULL if the change takes no argument. */
static int change_call(const struct verb *verb, const char *subject, const char *method,
		       const char *key, const char *value)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	bool immediate = options.verb_options & OPTION_IMMEDIATE;
	bool no_wait = options.verb_options & OPTION_NO_WAIT;
	bool timeout = options.verb_options & OPTION_TIMEOUT;
	int r;

	r = sd_json_buildo(&parameters,
			   SD_JSON_BUILD_PAIR_CONDITION(key != NULL, key ? key : "",
							SD_JSON_BUILD_STRING(value)),
			   SD_JSON_BUILD_PAIR_CONDITION(immediate, "immediate",
							SD_JSON_BUILD_BOOLEAN(true)),
			   SD_JSON_BUILD_PAIR_CONDITION(no_wait, "wait",
							SD_JSON_BUILD_BOOLEAN(false)),
			   SD_JSON_BUILD_PAIR_CONDITION(timeout, "timeoutUSec",
							SD_JSON_BUILD_UNSIGNED(
								options.timeout_usec)));
	if (r < 0)
		return verb_out_of_memory(verb);
	r = verb_call(verb, subject, method, parameters, !no_wait, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	return change_print(verb, reply);
}

static int change_file(const struct verb *verb, const char *argument, const char *method)
{
	_cleanup_free_ char *path = NULL;
	int r;

	r = verb_path(verb, argument, &path);
	if (r != EXIT_STATUS_OK)
		return r;
	return change_call(verb, argument, method, "path", path);
}

int verb_enable(const struct verb *verb, char **arguments)
{
	return change_file(verb, arguments[0], "Enable");
}

int verb_replace(const struct verb *verb, char **arguments)
{
	return change_file(verb, arguments[0], "Replace");
}

int verb_disable(const struct verb *verb, char **arguments)
{
	return change_call(verb, arguments[0], "Disable", "name", arguments[0]);
}

int verb_rollback(const struct verb *verb, char **arguments _unused_)
{
	return change_call(verb, NULL, "Rollback", NULL, NULL);
}
