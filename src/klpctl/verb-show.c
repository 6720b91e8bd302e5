/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show: the properties of one patch, in the kernel (by name) or in a file, which is read and not
 * loaded.
 */
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/file.h"
#include "klpctl/patch-text.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

int verb_show(const struct verb *verb, char **arguments)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	const char *argument = arguments[0];
	_cleanup_free_ char *path = NULL;
	int r;

	if (file_is_path(argument)) {
		r = verb_path(verb, argument, &path);
		if (r != EXIT_STATUS_OK)
			return r;
	}
	r = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING(path ? "path" : "name",
								  path ? path : argument));
	if (r < 0)
		return verb_out_of_memory(verb);
	r = verb_call(verb, argument, "Describe", parameters, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	patch_text_print(field_object(reply, "patch"), stdout);
	return EXIT_STATUS_OK;
}
