/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reverse: reverse the running transition, or cancel a change that has not switched yet. The caller
 * that waits for the change gets the error Reversed when the tasks have moved back, or Cancelled.
 * This verb does not wait for that.
 */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

int verb_reverse(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	int r;

	r = verb_call(verb, NULL, "Reverse", NULL, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	if (field_number(reply, "number") == 0)
		format_line(stdout, "the change that was being prepared is cancelled");
	else
		format_line(stdout, "transition %" PRIu64 " is reversed",
			    field_number(reply, "number"));
	return EXIT_STATUS_OK;
}
