/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows the progress of the running transition. The line goes to stderr, because it is not a
 * result, and is erased before anything else is printed. If nothing moves for a while, it names the
 * task that has blocked the transition longest; only for this it makes an extra call to klpd. No
 * failure here affects the call.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "klpctl/progress.h"

#include "klpctl/client.h"
#include "klpctl/field.h"
#include "klpctl/format.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* With more blockers than this, the line does not name one. */
#define PROGRESS_FEW	64

static bool progress_shown;
static char *progress_last;	/* the current line; NULL if no transition runs */
static uint64_t progress_remaining;

bool progress_wanted(void)
{
	const char *term = getenv("TERM");

	/* a terminal that cannot rewrite a line would get hundreds of lines */
	return isatty(STDERR_FILENO) && term && !STREQ(term, "dumb");
}

static const char *progress_doing(sd_json_variant *transition)
{
	const char *change = field_string(transition, "change");

	if (field_bool(transition, "reversed"))
		return "reversing";
	if (STREQ(change, "disable"))
		return "disabling";
	if (STREQ(change, "rollback"))
		return "rolling back";
	return STREQ(change, "replace") ? "replacing with" : "enabling";
}

char *progress_text(sd_json_variant *transition)
{
	bool several = field_count(field_array(transition, "returning")) > 1;
	const char *name = field_string(transition, "entering");
	_cleanup_free_ char *names = NULL;
	char *text;

	if (several || !*name) {
		names = field_join(field_array(transition, several ? "returning" : "leaving"));
		name = names ? names : "";
	}
	if (asprintf(&text, "%s '%s': %" PRIu64 " of %" PRIu64 " tasks moved",
		     progress_doing(transition), name, field_number(transition, "moved"),
		     field_number(transition, "total")) < 0)
		return NULL;
	format_clean(text);
	return text;
}

/* Cut the line at the width of the terminal, because a line that wraps cannot be rewritten. */
static void progress_show(const char *text, const char *more)
{
	_cleanup_free_ char *line = NULL;
	struct winsize size;
	size_t room;

	if (asprintf(&line, "%s%s", text, more) < 0) {
		line = NULL;
		return;
	}
	format_clean(line);
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		room = size.ws_col - 1U;
		while (room > 0 && room < strlen(line) &&
		       ((unsigned char)line[room] & 0xc0) == 0x80)
			room--;
		if (room < strlen(line))
			line[room] = '\0';
	}
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	progress_shown = true;
}

/* Append the first blocker: "; waiting for sleep[1234] in hrtimer_nanosleep". */
static void progress_stalled(void)
{
	_cleanup_(client_reply_done) struct client_reply reply = { NULL, NULL };
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL;
	_cleanup_free_ char *more = NULL;
	sd_json_variant *first;
	const char *reason;

	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_UNSIGNED("stacks", 0)) < 0 ||
	    client_call("Blockers", parameters, NULL, NULL, &reply) < 0 || reply.error)
		return;
	first = field_item(field_array(reply.parameters, "blockers"), 0);
	if (!first)
		return;
	reason = field_string(first, "reason");
	if (asprintf(&more, "; waiting for %s[%" PRIu64 "]%s %s", field_string(first, "comm"),
		     field_number(first, "pid"), STR_HAS_PREFIX(reason, "in ") ? "" : ",",
		     reason) < 0) {
		more = NULL;
		return;
	}
	progress_show(progress_last, more);
}

int progress_event(sd_json_variant *parameters, void *userdata _unused_)
{
	sd_json_variant *transition = field_object(parameters, "transition");
	uint64_t total, moved;

	if (!parameters) {
		if (progress_last && progress_remaining > 0 && progress_remaining <= PROGRESS_FEW)
			progress_stalled();
		return 0;
	}
	if (!transition) {
		progress_end();
		return 0;
	}
	free(progress_last);
	progress_last = progress_text(transition);
	total = field_number(transition, "total");
	moved = field_number(transition, "moved");
	progress_remaining = total > moved ? total - moved : 0;
	if (progress_last)
		progress_show(progress_last, "");
	return 0;
}

void progress_end(void)
{
	if (progress_shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress_shown = false;
	free(progress_last);
	progress_last = NULL;
}
