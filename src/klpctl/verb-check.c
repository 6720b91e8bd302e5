// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: prints the reasons for which enabling a file would be refused. For each function it prints
 * what the kernel knows of it and which body suits it. All of this is the answer, so it goes to
 * stdout, including problems. The exit status is the one that the change would have.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "klpctl/verb.h"

#include "klpctl/failure.h"
#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define WIDTH	96

/* Print a text after a label, wrapped at blanks into lines that begin below its first word. */
static void check_wrap(const char *label, const char *text, FILE *f)
{
	size_t indent = STRLEN("            : "), room = WIDTH - indent;

	do {
		size_t n = strlen(text);

		if (n > room)
			for (n = room; n > 0 && text[n] != ' '; n--)
				;
		/* a word that is longer than a line */
		if (n == 0)
			n = strcspn(text, " ");
		format_line(f, "%12s%s %.*s", label, *label ? ":" : " ", (int)n, text);
		label = "";
		text += n;
		text += strspn(text, " ");
	} while (*text);
}

/* "3 functions"; word is the singular. */
static void check_count(FILE *f, uint64_t n, const char *word)
{
	fprintf(f, "%" PRIu64 " %s%s", n, word, n == 1 ? "" : "s");
}

static const char *check_place(sd_json_variant *function)
{
	const char *object = field_string(function, "object");

	if (!field_present(function, "loaded"))
		return "not in a module: a part of this kernel";
	if (STREQ(object, "vmlinux"))
		return "in the kernel";
	return field_bool(function, "loaded") ? "in a module that is loaded" :
						"in a module that is not loaded";
}

static const char *check_returns(const char *returns)
{
	static const char *const words[][2] = {
		{ "void", "returns nothing" },
		{ "narrow", "returns at most 32 bits" },
		{ "wide", "returns up to 64 bits" },
		{ "pointer", "returns a pointer" },
		{ "large", "returns a structure" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (STREQ(returns, words[i][0]))
			return words[i][1];
	return NULL;
}

static const char *check_fmod_ret(const char *fmod_ret)
{
	if (STREQ(fmod_ret, "enabled"))
		return "enabled for fmod_ret";
	if (STREQ(fmod_ret, "not_enabled"))
		return "not enabled for fmod_ret";
	return "impossible for fmod_ret";
}

/* What the kernel knows of the function, in one sentence. */
static char *check_facts(sd_json_variant *function)
{
	uint64_t namesakes = field_number(function, "namesakes");
	uint64_t clones = field_number(function, "clones");
	/* otherwise the line above shows the prototype that the patch assumes */
	bool described = field_bool(function, "described");
	const char *returns = described ? check_returns(field_string(function, "returns")) : NULL;
	const char *fmod_ret = field_string(function, "fmodRet");
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	fputs(check_place(function), f);
	if (field_present(function, "namesakes")) {
		fputs(", ", f);
		check_count(f, namesakes, "function");
		fputs(" of this name", f);
	}
	if (clones > 0) {
		fputs(", ", f);
		check_count(f, clones, "clone");
		fputs(" of the compiler's", f);
	}
	if (namesakes > 0) {
		fputs(field_bool(function, "traceable") ? ", traceable" : ", not traceable", f);
		fputs(described ? ", in BTF" : ", not in BTF by itself", f);
		fprintf(f, ", %s", check_fmod_ret(fmod_ret));
	}
	if (field_present(function, "aliases"))
		fprintf(f, ", also called %s", field_string(function, "aliases"));
	if (described) {
		fputs(", takes ", f);
		check_count(f, field_number(function, "arguments"), "argument");
	}
	if (returns)
		fprintf(f, ", %s", returns);
	if (fclose(f) != 0)
		return NULL;
	return TAKE_PTR(text);
}

static void check_print_load_test(sd_json_variant *function, FILE *f)
{
	const char *load_test = field_string(function, "loadTest");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s body '%s' %s%s", field_string(function, "body"),
		     field_string(function, "program"),
		     STREQ(load_test, "passed") ? "passed the kernel's verifier" :
		     STREQ(load_test, "failed") ? "did not pass the kernel's verifier" :
						  "was not tried: ",
		     STREQ(load_test, "not_tried") ? field_string(function, "notTried") : "") < 0) {
		text = NULL;
		return;
	}
	check_wrap("This patch", text, f);
}

static void check_print_recommendation(sd_json_variant *one, const char *mine, FILE *f)
{
	const char *body = field_string(one, "body"), *verdict = field_string(one, "verdict");
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "%s%s: %s", STREQ(verdict, "best") ? "suits best" :
		     STREQ(verdict, "needs_companion") ? "with the companion only" :
		     STREQ(verdict, "possible") ? "possible" : "impossible",
		     STREQ(body, mine) ? ", is what the patch has" : "",
		     field_string(one, "why")) < 0) {
		text = NULL;
		return;
	}
	check_wrap(body, text, f);
}

static void check_print_function(sd_json_variant *function, FILE *f)
{
	sd_json_variant *recommendations = field_array(function, "recommendations");
	_cleanup_free_ char *facts = check_facts(function), *owner = NULL;
	uint64_t sympos = field_number(function, "sympos");
	char number[32] = "";

	if (sympos > 0)
		snprintf(number, sizeof(number), ",%" PRIu64, sympos);
	fputc('\n', f);
	format_line(f, "%s:%s%s", field_string(function, "object"),
		    field_string(function, "symbol"), number);
	if (field_present(function, "prototype"))
		check_wrap(field_bool(function, "described") ? "Prototype" : "Taken for",
			   field_string(function, "prototype"), f);
	check_wrap("Kernel says", facts ? facts : "", f);
	if (field_present(function, "owner") &&
	    asprintf(&owner, "by '%s', which is in force", field_string(function, "owner")) >= 0)
		check_wrap("Patched", owner, f);
	if (field_present(function, "taken"))
		check_wrap("Taken", field_string(function, "taken"), f);
	check_print_load_test(function, f);
	for (size_t i = 0; i < field_count(recommendations); i++)
		check_print_recommendation(field_item(recommendations, i), field_string(function, "body"), f);
}

/* "cmdline 1.0: nothing speaks against 'enable' (per task; enables 1 function for ..." */
static int check_print_head(const struct verb *verb, sd_json_variant *reply, FILE *f)
{
	uint64_t enables = field_number(reply, "enablesForFmodRet");
	size_t n = field_count(field_array(reply, "problems"));
	_cleanup_free_ char *replaced = field_join(field_array(reply, "replaced"));
	char against[48] = "nothing speaks", enabled[96] = "";

	if (!replaced)
		return verb_out_of_memory(verb);
	if (n > 0)
		snprintf(against, sizeof(against), "%zu problem%s speak%s", n, n == 1 ? "" : "s",
			 n == 1 ? "s" : "");
	if (enables > 0)
		snprintf(enabled, sizeof(enabled),
			 "; enables %" PRIu64 " function%s for fmod_ret until reboot", enables,
			 enables == 1 ? "" : "s");
	format_line(f, "%s %s: %s against '%s' (%s%s%s%s%s)", field_string(reply, "name"),
		    field_string(reply, "version"), against, field_string(reply, "change"),
		    format_words(field_string(reply, "consistency")),
		    field_bool(reply, "strict") ? "; strict" : "",
		    *replaced ? "; in place of " : "", replaced, enabled);
	return EXIT_STATUS_OK;
}

/* The exit status that the change would have. */
static int check_status(sd_json_variant *reply)
{
	sd_json_variant *first = field_item(field_array(reply, "problems"), 0);

	return first ? outcome_info(outcome_from_error(field_string(first, "error")))->exit_status :
		       EXIT_STATUS_OK;
}

int verb_check(const struct verb *verb, char **arguments)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = NULL, *reply = NULL;
	bool immediate = options.verb_options & OPTION_IMMEDIATE;
	bool replace = options.verb_options & OPTION_REPLACE;
	sd_json_variant *problems, *functions;
	_cleanup_free_ char *path = NULL;
	int r;

	r = verb_path(verb, arguments[0], &path);
	if (r != EXIT_STATUS_OK)
		return r;
	r = sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("path", path),
			   SD_JSON_BUILD_PAIR_CONDITION(replace, "replace",
							SD_JSON_BUILD_BOOLEAN(true)),
			   SD_JSON_BUILD_PAIR_CONDITION(immediate, "immediate",
							SD_JSON_BUILD_BOOLEAN(true)));
	if (r < 0)
		return verb_out_of_memory(verb);
	r = verb_call_keep(verb, arguments[0], "Check", parameters, &reply);
	if (r != EXIT_STATUS_OK || options.json != OPTION_JSON_OFF)
		return r != EXIT_STATUS_OK ? r : check_status(reply);
	problems = field_array(reply, "problems");
	functions = field_array(reply, "functions");
	r = check_print_head(verb, reply, stdout);
	for (size_t i = 0; i < field_count(problems); i++)
		failure_print_problem(field_item(problems, i), i + 1, stdout);
	for (size_t i = 0; i < field_count(functions); i++)
		check_print_function(field_item(functions, i), stdout);
	return r != EXIT_STATUS_OK ? r : check_status(reply);
}
