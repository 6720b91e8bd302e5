/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prints a patch as a block: its name and version, then one line for each property. Properties that
 * do not apply are left out. Missed calls get a line of their own, because a patch that misses
 * calls is not fully in force; the line uses these words.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "klpctl/patch-text.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* The part of the state line for a patch that is enabled, but has no or only part of its effect. */
static const char *patch_text_effect(sd_json_variant *patch)
{
	const char *effect = field_string(patch, "effect");

	if (STREQ(effect, "not_in_force"))
		return ", but NOT IN FORCE in the kernel (see the warnings)";
	if (STREQ(effect, "unknown"))
		return ", but NOT KNOWN whether fully (see the warnings)";
	return STREQ(effect, "partly") ? ", but not fully (see the warnings)" : "";
}

static void patch_text_state(sd_json_variant *patch, FILE *f)
{
	uint64_t generation = field_number(patch, "generation");
	uint64_t usec = field_number(patch, "enabledUSec");
	char since[48] = "", when[FORMAT_TIME_SIZE] = "";

	if (!field_present(patch, "state"))
		return;
	if (generation > 0)
		snprintf(since, sizeof(since), " since generation %" PRIu64, generation);
	if (usec > 0)
		format_time(usec, when, sizeof(when));
	format_line(f, "        State: %s%s%s, %s%s%s",
		    format_words(field_string(patch, "state")), since, patch_text_effect(patch),
		    format_words(field_string(patch, "consistency")), *when ? ", enabled " : "",
		    when);
}

static void patch_text_forced(sd_json_variant *patch, FILE *f)
{
	if (field_bool(patch, "forced"))
		format_line(f, "       Forced: its transition was forced; some tasks may have mixed "
			    "old and new code");
}

static const char *patch_text_call(sd_json_variant *function)
{
	const char *state = field_string(function, "state");

	if (STREQ(state, "waiting"))
		return ", waiting";
	if (STREQ(state, "missing"))
		return ", NOT ATTACHED";
	if (STREQ(state, "not_called"))
		return ", NOT CALLED";
	return STREQ(state, "unknown") ? ", NOT KNOWN whether it is called" : "";
}

static void patch_text_function(sd_json_variant *function, const char *label, FILE *f)
{
	uint64_t sympos = field_number(function, "sympos");
	uint64_t missed = field_number(function, "missed");
	char number[32] = "";

	if (sympos > 0)
		snprintf(number, sizeof(number), ",%" PRIu64, sympos);
	format_line(f, "%14s %s:%s%s, %s by program '%s'%s", label, field_string(function, "object"),
		    field_string(function, "symbol"), number, field_string(function, "body"),
		    field_string(function, "program"), patch_text_call(function));
	if (missed > 0)
		format_line(f, "%14s missed %" PRIu64 " call%s: not fully in force", "", missed,
			    missed == 1 ? "" : "s");
}

/*
 * A struct_ops map is swapped at one instant, never task by task. New users get the new map, and
 * earlier users keep the one they have.
 */
static void patch_text_struct_ops(sd_json_variant *struct_ops, const char *label, FILE *f)
{
	bool elsewhere = field_present(struct_ops, "current") && !field_bool(struct_ops, "current");

	format_line(f, "%14s %s '%s', swapped at one instant%s", label,
		    field_string(struct_ops, "type"), field_string(struct_ops, "name"),
		    elsewhere ? ", now not this patch's" : "");
}

/* Print only exceptions: a module that is not loaded, or is loaded and not patched. */
static void patch_text_object(sd_json_variant *object, FILE *f)
{
	const char *name = field_string(object, "name");

	if (STREQ(name, "vmlinux"))
		return;
	if (!field_bool(object, "loaded"))
		format_line(f, "       Module: '%s' is not loaded: its functions are patched when it "
			    "comes", name);
	else if (!field_bool(object, "patched"))
		format_line(f, "       Module: '%s' is loaded, but not patched", name);
}

static void patch_text_traits(sd_json_variant *patch, FILE *f)
{
	_cleanup_free_ char *references = field_join(field_array(patch, "references"));
	bool replace = field_bool(patch, "replace"), strict = field_bool(patch, "strict");
	bool per_task = field_bool(patch, "perTaskOnly"), sticky = field_bool(patch, "sticky");

	if (*field_string(patch, "description"))
		format_line(f, "  Description: %s", field_string(patch, "description"));
	if (references && *references)
		format_line(f, "        Fixes: %s", references);
	if (field_present(patch, "set"))
		format_line(f, "          Set: %s", field_string(patch, "set"));
	if (replace || strict || per_task || sticky)
		format_line(f, "     Declares:%s%s%s%s", strict ? " strict" : "",
			    replace ? " replace" : "", per_task ? " per-task" : "",
			    sticky ? " sticky" : "");
	if (field_present(patch, "path"))
		format_line(f, "         File: %s", field_string(patch, "path"));
	if (field_present(patch, "sha256"))
		format_line(f, "       SHA256: %s", field_string(patch, "sha256"));
}

void patch_text_print(sd_json_variant *patch, FILE *f)
{
	sd_json_variant *functions = field_array(patch, "functions");
	sd_json_variant *states = field_array(patch, "states");
	sd_json_variant *callbacks = field_array(patch, "callbacks");
	sd_json_variant *objects = field_array(patch, "objects");
	sd_json_variant *struct_ops = field_array(patch, "structOps");

	format_line(f, "%s %s", field_string(patch, "name"), field_string(patch, "version"));
	patch_text_state(patch, f);
	patch_text_forced(patch, f);
	patch_text_traits(patch, f);
	for (size_t i = 0; i < field_count(functions); i++)
		patch_text_function(field_item(functions, i), i == 0 ? "Functions:" : "", f);
	for (size_t i = 0; i < field_count(struct_ops); i++)
		patch_text_struct_ops(field_item(struct_ops, i), i == 0 ? "struct_ops:" : "", f);
	for (size_t i = 0; i < field_count(objects); i++)
		patch_text_object(field_item(objects, i), f);
	for (size_t i = 0; i < field_count(states); i++)
		format_line(f, "%14s %" PRIu64 " version %" PRIu64, i == 0 ? "States:" : "",
			    field_number(field_item(states, i), "id"),
			    field_number(field_item(states, i), "version"));
	for (size_t i = 0; i < field_count(callbacks); i++) {
		sd_json_variant *c = field_item(callbacks, i);

		format_line(f, "%14s %s of %s by program '%s'", i == 0 ? "Callbacks:" : "",
			    field_string(c, "when"), field_string(c, "object"),
			    field_string(c, "program"));
	}
}
