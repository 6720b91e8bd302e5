/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blockers: the tasks that the running transition waits for, or that the last one waited for when
 * it was reversed, and the reasons. It prints a table, and below it the stacks of the first tasks,
 * because a stack shows more than a reason. Pid 0 is the idle task of the CPU in the next column.
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

/* As many as a user looks through. */
#define STACKS_DEFAULT	8

static const char *blocker_kind(sd_json_variant *blocker)
{
	const char *kind = field_string(blocker, "kind");

	if (*kind)
		return kind;
	return field_bool(blocker, "kthread") ? "kernel" : "user";
}

static void blocker_row(struct format_table *t, sd_json_variant *blocker)
{
	const char *state = field_string(blocker, "state");
	char pid[24], cpu[24], since[FORMAT_DURATION_SIZE] = "-";

	snprintf(pid, sizeof(pid), "%" PRIu64, field_number(blocker, "pid"));
	snprintf(cpu, sizeof(cpu), "%" PRIu64, field_number(blocker, "cpu"));
	if (field_present(blocker, "blockingUSec"))
		format_duration(field_number(blocker, "blockingUSec"), since, sizeof(since));
	format_table_row(t, pid, cpu, blocker_kind(blocker), *state ? state : "-", since,
			 field_string(blocker, "comm"), field_string(blocker, "reason"), NULL);
}

static void blocker_stack(sd_json_variant *blocker)
{
	sd_json_variant *stack = field_array(blocker, "stack");
	uint64_t pid = field_number(blocker, "pid");
	uint64_t process = field_number(blocker, "processId");
	char of[40] = "";

	if (!stack)
		return;
	if (process != pid && process > 0)
		snprintf(of, sizeof(of), " of process %" PRIu64, process);
	format_line(stdout, "%s", "");
	format_line(stdout, "%s[%" PRIu64 "]%s:", field_string(blocker, "comm"), pid, of);
	for (size_t i = 0; i < field_count(stack); i++) {
		sd_json_variant *line = field_item(stack, i);

		if (sd_json_variant_is_string(line))
			format_line(stdout, "  %s", sd_json_variant_string(line));
	}
	if (field_count(stack) == 0)
		format_line(stdout, "  (nothing on it)");
}

/* With --json the default of klpd; otherwise one that fits a screen. */
static int blockers_parameters(sd_json_variant **ret)
{
	bool given = options.verb_options & OPTION_STACKS;
	bool last = options.verb_options & OPTION_LAST;

	return sd_json_buildo(ret,
		SD_JSON_BUILD_PAIR_CONDITION(last, "last", SD_JSON_BUILD_BOOLEAN(true)),
		SD_JSON_BUILD_PAIR_CONDITION(given || options.json == OPTION_JSON_OFF, "stacks",
			SD_JSON_BUILD_UNSIGNED(given ? options.stacks : STACKS_DEFAULT)));
}

int verb_blockers(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	sd_json_variant *blockers;
	struct format_table t;
	int r;

	if (blockers_parameters(&parameters) < 0)
		return verb_out_of_memory(verb);
	r = verb_call(verb, NULL, "Blockers", parameters, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	blockers = field_array(reply, "blockers");
	if (field_count(blockers) == 0) {
		format_line(stderr, options.verb_options & OPTION_LAST ?
			    "No blockers of a reversed transition are known." :
			    "No task blocks a transition.");
		return EXIT_STATUS_OK;
	}
	format_table_begin(&t, "PID", "CPU", "KIND", "STATE", "FOR", "COMM", "REASON", NULL);
	for (size_t i = 0; i < field_count(blockers); i++)
		blocker_row(&t, field_item(blockers, i));
	if (format_table_end(&t, stdout) < 0)
		return verb_out_of_memory(verb);
	for (size_t i = 0; i < field_count(blockers); i++)
		blocker_stack(field_item(blockers, i));
	return EXIT_STATUS_OK;
}
