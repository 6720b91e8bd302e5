/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps that all verbs share: call, report a failure, print the reply unchanged with --json. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "klpctl/verb.h"

#include "klpctl/client.h"
#include "klpctl/failure.h"
#include "klpctl/file.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "klpctl/progress.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

int verb_out_of_memory(const struct verb *verb)
{
	return failure_local(verb->name, NULL, OUTCOME_SYSTEM, ENOMEM, "");
}

int verb_path(const struct verb *verb, const char *argument, char **ret)
{
	int r = file_absolute(argument, ret);

	if (r == -ENOMEM)
		return verb_out_of_memory(verb);
	if (r < 0)
		return failure_local(verb->name, argument, OUTCOME_FILE_UNREADABLE, r, "");
	/* varlink text is UTF-8, and klpd remembers the path as such text */
	if (!text_is_utf8(*ret))
		return failure_local(verb->name, argument, OUTCOME_FILE_UNREADABLE, 0,
				     "its path is not UTF-8 text: rename it");
	/* if it cannot be opened no descriptor is sent, and klpd reports the error */
	client_send_file(open(*ret, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	return EXIT_STATUS_OK;
}

static int verb_ask(const struct verb *verb, const char *subject, const char *method,
		    sd_json_variant *parameters, bool progress, sd_json_variant **ret)
{
	_cleanup_(client_reply_done) struct client_reply reply = { NULL, NULL };
	int r;

	if (progress)
		r = client_change(method, parameters, progress_wanted() ? progress_event : NULL,
				  NULL, &reply);
	else
		r = client_call(method, parameters, NULL, NULL, &reply);
	progress_end();
	if (r < 0)
		return failure_connect(verb->name, subject, r);
	if (reply.error)
		return failure_reply(verb->name, subject, &reply);
	*ret = TAKE_PTR(reply.parameters);
	if (options.json == OPTION_JSON_OFF)
		return EXIT_STATUS_OK;
	r = format_json(*ret, stdout);
	return r < 0 ? failure_local(verb->name, NULL, OUTCOME_SYSTEM, r, "") : EXIT_STATUS_OK;
}

int verb_call(const struct verb *verb, const char *subject, const char *method,
	      sd_json_variant *parameters, bool progress, sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	int r;

	*ret = NULL;
	r = verb_ask(verb, subject, method, parameters, progress, &reply);
	if (r == EXIT_STATUS_OK && options.json == OPTION_JSON_OFF)
		*ret = TAKE_PTR(reply);
	return r;
}

int verb_call_keep(const struct verb *verb, const char *subject, const char *method,
		   sd_json_variant *parameters, sd_json_variant **ret)
{
	*ret = NULL;
	return verb_ask(verb, subject, method, parameters, false, ret);
}
