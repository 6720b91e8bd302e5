/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress of the running transition. It goes to stderr, because it is no result, and is taken away
 * before anything else is printed. Nothing here can fail in a way that matters to the call.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "klpctl/progress.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "util/cleanup.h"
#include "util/macro.h"

static bool progress_shown;

bool progress_wanted(void)
{
	const char *term = getenv("TERM");

	/* without a line that can be rewritten there would be hundreds */
	return isatty(STDERR_FILENO) && term && !STREQ(term, "dumb");
}

static const char *progress_doing(sd_json_variant *transition)
{
	const char *change = field_string(transition, "change");

	if (field_bool(transition, "reversed"))
		return "reversing";
	if (STREQ(change, "disable"))
		return "disabling";
	return STREQ(change, "replace") ? "replacing with" : "enabling";
}

char *progress_text(sd_json_variant *transition)
{
	const char *name = field_string(transition, "entering");
	_cleanup_free_ char *leaving = NULL;
	char *text;

	if (!*name) {
		leaving = field_join(field_array(transition, "leaving"));
		name = leaving ? leaving : "";
	}
	if (asprintf(&text, "%s '%s': %" PRIu64 " of %" PRIu64 " tasks moved",
		     progress_doing(transition), name, field_number(transition, "moved"),
		     field_number(transition, "total")) < 0)
		return NULL;
	format_clean(text);
	return text;
}

int progress_event(sd_json_variant *parameters, void *userdata _unused_)
{
	sd_json_variant *transition = field_object(parameters, "transition");
	_cleanup_free_ char *text = NULL;

	if (!transition) {
		progress_end();
		return 0;
	}
	text = progress_text(transition);
	if (text) {
		fprintf(stderr, "\r%s\033[K", text);
		fflush(stderr);
		progress_shown = true;
	}
	return 0;
}

void progress_end(void)
{
	if (progress_shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress_shown = false;
}
