/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * monitor: prints the current state, then one line for each event, until klpd closes the connection
 * or stdout cannot be written any more. With --json each event is an object as klpd sent it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "klpctl/verb.h"

#include "klpctl/client.h"
#include "klpctl/failure.h"
#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "klpctl/progress.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* "; in the kernel: a 1.0 in force, b 2 leaving"; nothing if the event has no list. */
static void monitor_patches(sd_json_variant *parameters, FILE *f)
{
	sd_json_variant *patches = field_array(parameters, "patches");

	if (!patches)
		return;
	fputs(field_count(patches) > 0 ? "; in the kernel:" : "; no patch in the kernel", f);
	for (size_t i = 0; i < field_count(patches); i++) {
		sd_json_variant *p = field_item(patches, i);

		fprintf(f, "%s %s %s %s", i > 0 ? "," : "", field_string(p, "name"),
			field_string(p, "version"), format_words(field_string(p, "state")));
		if (STREQ(field_string(p, "effect"), "not_in_force"))
			fputs(" (NOT IN FORCE)", f);
		else if (STREQ(field_string(p, "effect"), "partly"))
			fputs(" (partly)", f);
		else if (STREQ(field_string(p, "effect"), "unknown"))
			fputs(" (NOT KNOWN)", f);
		if (field_number(p, "missed") > 0)
			fprintf(f, " (missed %" PRIu64 " calls)", field_number(p, "missed"));
	}
}

static void monitor_warnings(sd_json_variant *parameters, FILE *f)
{
	_cleanup_free_ char *text = field_join(field_array(parameters, "warnings"));

	if (text && *text)
		fprintf(f, "; warnings: %s", text);
}

static char *monitor_text(sd_json_variant *parameters)
{
	sd_json_variant *transition = field_object(parameters, "transition");
	_cleanup_free_ char *text = NULL, *progress = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	char now[FORMAT_TIME_SIZE];
	size_t size = 0;

	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	format_time((uint64_t)time(NULL) * 1000000, now, sizeof(now));
	fprintf(f, "%s: %s, generation %" PRIu64, now, field_string(parameters, "event"),
		field_number(parameters, "generation"));
	if (transition) {
		progress = progress_text(transition);
		fprintf(f, "; %s", progress ? progress : "");
	}
	monitor_patches(parameters, f);
	monitor_warnings(parameters, f);
	if (fclose(TAKE_PTR(f)) != 0)
		return NULL;
	return TAKE_PTR(text);
}

static int monitor_event(sd_json_variant *parameters, void *userdata _unused_)
{
	_cleanup_free_ char *text = NULL;
	int r;

	if (options.json != OPTION_JSON_OFF) {
		r = format_json(parameters, stdout);
		if (r < 0)
			return r;
	} else {
		text = monitor_text(parameters);
		if (!text)
			return -ENOMEM;
		format_line(stdout, "%s", text);
	}
	/* stop if stdout is closed; nothing else here returns -ESTALE */
	return fflush(stdout) != 0 || ferror(stdout) ? -ESTALE : 0;
}

int verb_monitor(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(client_reply_done) struct client_reply reply = { NULL, NULL };
	int r;

	r = client_observe("Monitor", monitor_event, NULL, &reply);
	if (r == -ESTALE)
		return failure_local(verb->name, NULL, OUTCOME_SYSTEM, 0,
				     "standard output cannot be written");
	if (r < 0)
		return failure_connect(verb->name, NULL, r);
	return reply.error ? failure_reply(verb->name, NULL, &reply) : EXIT_STATUS_OK;
}
