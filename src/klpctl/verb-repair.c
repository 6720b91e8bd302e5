// SPDX-License-Identifier: GPL-2.0-only
/*
 * repair: restore what is incomplete, or take it out of force; with --dry-run only print the steps.
 * It prints a line for each step, and exits with status 15 if something stays incomplete.
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

/* Whether the problem remains: the action failed, or its kind does not repair anything. */
static bool repair_is_left(sd_json_variant *action)
{
	return field_present(action, "errno") || STREQ(field_string(action, "kind"), "leave");
}

static void repair_print(sd_json_variant *action, bool dry)
{
	uint64_t error = field_number(action, "errno");
	const char *why = error > 0 && error < 4096 ? strerrordesc_np((int)error) : NULL;

	format_line(stdout, "%s: %s%s%s",
		    repair_is_left(action) ? "not repaired" : dry ? "would repair" : "repaired",
		    field_string(action, "text"), why ? ": " : "", why ?: "");
}

int verb_repair(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	bool dry = options.verb_options & OPTION_DRY_RUN;
	sd_json_variant *actions;
	size_t left = 0;
	int r;

	r = sd_json_buildo(
		&parameters,
		SD_JSON_BUILD_PAIR_CONDITION(dry, "dryRun", SD_JSON_BUILD_BOOLEAN(true)),
		SD_JSON_BUILD_PAIR_CONDITION((options.verb_options & OPTION_NO_WAIT) != 0, "wait",
					     SD_JSON_BUILD_BOOLEAN(false)),
		SD_JSON_BUILD_PAIR_CONDITION((options.verb_options & OPTION_TIMEOUT) != 0,
					     "timeoutUSec",
					     SD_JSON_BUILD_UNSIGNED(options.timeout_usec)));
	if (r < 0)
		return verb_out_of_memory(verb);
	r = verb_call_keep(verb, NULL, "Repair", parameters, &reply);
	if (r != EXIT_STATUS_OK)
		return r;
	actions = field_array(reply, "actions");
	for (size_t i = 0; i < field_count(actions); i++) {
		sd_json_variant *a = field_item(actions, i);

		if (options.json == OPTION_JSON_OFF)
			repair_print(a, dry);
		left += dry || repair_is_left(a);
	}
	if (options.json == OPTION_JSON_OFF && field_count(actions) == 0)
		format_line(stderr, "There is nothing to repair.");
	else if (options.json == OPTION_JSON_OFF && !dry && !field_bool(reply, "complete"))
		format_line(stdout, "the transition runs, see 'klpctl status'");
	return left > 0 ? EXIT_STATUS_PARTIAL : EXIT_STATUS_OK;
}
