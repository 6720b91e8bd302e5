/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * force: complete the running transition now; the tasks that have not moved count as moved. This
 * gives up the consistency that the transition is for, so it is a separate verb and prints what it
 * did.
 */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

int verb_force(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	int r;

	r = verb_call(verb, NULL, "Force", NULL, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	format_line(stdout, "transition %" PRIu64 " was forced: %" PRIu64 " tasks may run old and new "
		    "code mixed", field_number(reply, "number"), field_number(reply, "forced"));
	return EXIT_STATUS_OK;
}
