/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blockers: the tasks that the running transition waits for, and why. Pid 0 is the idle task of the
 * CPU named beside it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

static void blocker_row(struct format_table *t, sd_json_variant *blocker)
{
	char pid[24], cpu[24];

	snprintf(pid, sizeof(pid), "%" PRIu64, field_number(blocker, "pid"));
	snprintf(cpu, sizeof(cpu), "%" PRIu64, field_number(blocker, "cpu"));
	format_table_row(t, pid, cpu, field_bool(blocker, "kthread") ? "kernel" : "user",
			 field_string(blocker, "comm"), field_string(blocker, "reason"), NULL);
}

int verb_blockers(const struct verb *verb, const char *argument _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	sd_json_variant *blockers;
	struct format_table t;
	int r;

	r = verb_call(verb, NULL, "Blockers", NULL, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	blockers = field_array(reply, "blockers");
	if (field_count(blockers) == 0) {
		format_line(stderr, "No task blocks a transition.");
		return EXIT_STATUS_OK;
	}
	format_table_begin(&t, "PID", "CPU", "KIND", "COMM", "REASON", NULL);
	for (size_t i = 0; i < field_count(blockers); i++)
		blocker_row(&t, field_item(blockers, i));
	return format_table_end(&t, stdout) < 0 ? verb_out_of_memory(verb) : EXIT_STATUS_OK;
}
