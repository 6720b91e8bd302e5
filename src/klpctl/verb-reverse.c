/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reverse: turn the running transition round. The one who waits for the change gets the error
 * Reversed when the tasks have moved back; this verb does not wait for that.
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
	format_line(stdout, "transition %" PRIu64 " is turned round",
		    field_number(reply, "number"));
	return EXIT_STATUS_OK;
}
