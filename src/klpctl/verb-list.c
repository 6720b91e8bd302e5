/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * list: the patches in the kernel, one line each. Without patches stdout stays empty and stderr
 * gets a line, so that a script that counts lines counts none.
 */
#include <inttypes.h>
#include <stdio.h>

#include "klpctl/verb.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* The state; for a patch in force it includes an effect that is missing, partial or not known. */
static const char *list_state(sd_json_variant *entry)
{
	const char *state = field_string(entry, "state"), *effect = field_string(entry, "effect");

	if (STREQ(state, "in_force") && STREQ(effect, "not_in_force"))
		return "NOT IN FORCE";
	if (STREQ(state, "in_force") && STREQ(effect, "partly"))
		return "in force, partly";
	if (STREQ(state, "in_force") && STREQ(effect, "unknown"))
		return "NOT KNOWN";
	return format_words(state);
}

static void list_row(struct format_table *t, sd_json_variant *entry)
{
	char generation[24], functions[24], struct_ops[24];

	snprintf(generation, sizeof(generation), "%" PRIu64, field_number(entry, "generation"));
	snprintf(functions, sizeof(functions), "%" PRIu64, field_number(entry, "functions"));
	snprintf(struct_ops, sizeof(struct_ops), "%" PRIu64, field_number(entry, "structOps"));
	format_table_row(t, field_string(entry, "name"), field_string(entry, "version"),
			 list_state(entry),
			 format_words(field_string(entry, "consistency")),
			 generation, functions, struct_ops,
			 field_present(entry, "set") ? field_string(entry, "set") : "-", NULL);
}

int verb_list(const struct verb *verb, char **arguments _unused_)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *reply = NULL;
	sd_json_variant *patches;
	struct format_table t;
	int r;

	r = verb_call(verb, NULL, "List", NULL, false, &reply);
	if (r != EXIT_STATUS_OK || !reply)
		return r;
	patches = field_array(reply, "patches");
	if (field_count(patches) == 0) {
		format_line(stderr, "No patch is in the kernel.");
		return EXIT_STATUS_OK;
	}
	format_table_begin(&t, "NAME", "VERSION", "STATE", "CONSISTENCY", "GENERATION",
			   "FUNCTIONS", "STRUCT_OPS", "SET", NULL);
	for (size_t i = 0; i < field_count(patches); i++)
		list_row(&t, field_item(patches, i));
	return format_table_end(&t, stdout) < 0 ? verb_out_of_memory(verb) : EXIT_STATUS_OK;
}
