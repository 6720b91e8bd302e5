/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns an error into sentences and an exit status.
 *
 * klpd's own errors are looked up in the outcome table. The few errors that varlink defines, and
 * those that sd-varlink makes when the connection breaks, have a table here. An error in neither
 * table comes from a newer klpd and is shown by its name.
 *
 *	klpctl: enable 'cmdline': function 'foo' (vmlinux) does not exist in this kernel.
 *	detail: ...
 *	cause: errno 2, No such file or directory
 *	hint: ...
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>

#include "klpctl/failure.h"

#include "klpctl/field.h"
#include "klpctl/format.h"
#include "klpctl/options.h"
#include "shared/exit-status.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

#define SUBJECT "The function "

/* How many blockers an error message lists. */
#define BLOCKERS_SHOWN	8

/* A local error, like those that sd-varlink makes; it is never sent over a socket. */
#define ERROR_UNREACHABLE "io.klpd.Unreachable"

struct foreign_error {
	const char *name;
	int exit_status;
	const char *sentence;
	const char *hint;
};

static const struct foreign_error foreign_table[] = {
	{ ERROR_UNREACHABLE, EXIT_STATUS_UNREACHABLE,
	  "Klpd cannot be reached", "Start it with 'systemctl start klpd.socket'." },
	{ SD_VARLINK_ERROR_DISCONNECTED, EXIT_STATUS_UNREACHABLE,
	  "Klpd closed the connection before it answered",
	  "When klpd runs again, it completes or undoes a change that had begun: see "
	  "'klpctl status'." },
	{ SD_VARLINK_ERROR_TIMEOUT, EXIT_STATUS_UNREACHABLE,
	  "Klpd did not answer",
	  "See 'systemctl status klpd'. Klpd may still make the requested change later: see "
	  "'klpctl status'." },
	{ SD_VARLINK_ERROR_PROTOCOL, EXIT_STATUS_SYSTEM,
	  "The answer is not a varlink message", "Check that KLPD_SOCKET is the socket of klpd." },
	{ SD_VARLINK_ERROR_PERMISSION_DENIED, EXIT_STATUS_PERMISSION,
	  "You are not allowed to do this",
	  "Only root can make changes; members of group klpd can read the status." },
	{ SD_VARLINK_ERROR_INTERFACE_NOT_FOUND, EXIT_STATUS_SYSTEM,
	  "The service that answers is not klpd", "Check that KLPD_SOCKET is the socket of klpd." },
	{ SD_VARLINK_ERROR_METHOD_NOT_FOUND, EXIT_STATUS_SYSTEM,
	  "Klpd does not know this request", "Restart klpd after an update." },
	{ SD_VARLINK_ERROR_METHOD_NOT_IMPLEMENTED, EXIT_STATUS_SYSTEM,
	  "Klpd cannot do this", "Restart klpd after an update." },
	{ SD_VARLINK_ERROR_INVALID_PARAMETER, EXIT_STATUS_USAGE,
	  "Klpd does not accept one of the values", "See klpctl(1) for the valid values." },
};

/* The data of an error, from either table. */
struct failure {
	int exit_status;
	const char *sentence;
	const char *hint;
};

static struct failure failure_find(const struct client_reply *reply)
{
	const struct outcome_info *info = outcome_info(outcome_from_error(reply->error));
	const char *hint = field_string(reply->parameters, "hint");

	for (size_t i = 0; i < ARRAY_SIZE(foreign_table); i++) {
		const struct foreign_error *e = &foreign_table[i];

		if (STREQ(reply->error, e->name))
			return (struct failure){ e->exit_status, e->sentence, e->hint };
	}
	/* klpd's hint for this case is better than the general one */
	return (struct failure){ info->exit_status, info->sentence, *hint ? hint : info->hint };
}

/* The sentence with names filled in; the caller frees it. */
static char *failure_sentence(const char *sentence, sd_json_variant *parameters)
{
	const char *function = field_string(parameters, "function");
	const char *object = field_string(parameters, "object");
	bool about = STR_HAS_PREFIX(sentence, SUBJECT);
	char *text;
	int n;

	if (!*function)
		n = asprintf(&text, "%c%s", tolower((unsigned char)sentence[0]), sentence + 1);
	else if (about)
		n = asprintf(&text, "function '%s' (%s) %s", function,
			     *object ? object : "vmlinux", sentence + STRLEN(SUBJECT));
	else
		n = asprintf(&text, "function '%s' (%s): %c%s", function,
			     *object ? object : "vmlinux",
			     tolower((unsigned char)sentence[0]), sentence + 1);
	return n < 0 ? NULL : text;
}

/* klpd joins the relevant lines of the verifier with " | "; split them again. */
static char *failure_detail(sd_json_variant *parameters, bool verifier)
{
	char *detail = strdup(field_string(parameters, "detail"));
	char *p = detail;

	while (verifier && p && (p = strstr(p, " | "))) {
		*p = '\n';
		memmove(p + 1, p + 3, strlen(p + 3) + 1);
	}
	return detail;
}

static void failure_print_detail(sd_json_variant *parameters, bool verifier)
{
	_cleanup_free_ char *copy = failure_detail(parameters, verifier);
	const char *detail = copy ? copy : "";
	const char *phase = field_string(parameters, "phase");
	const char *bad = field_string(parameters, "parameter");
	uint64_t error = field_number(parameters, "errno");

	if (strchr(detail, '\n')) {
		format_line(stderr, "detail:");
		format_block(stderr, "  ", detail);
	} else if (*detail) {
		format_line(stderr, "detail: %s", detail);
	}
	if (*bad)
		format_line(stderr, "detail: the parameter is '%s'", bad);
	if (error > 0 && error < 4096)
		format_line(stderr, "cause: errno %d, %s%s%s", (int)error, strerror((int)error),
			    *phase ? ", in phase " : "", phase);
}

/* For a reversed transition: the tasks that blocked it, for how long and why. */
static void failure_print_blockers(sd_json_variant *parameters)
{
	sd_json_variant *blockers = field_array(parameters, "blockers");
	size_t n = field_count(blockers);

	for (size_t i = 0; i < MIN(n, (size_t)BLOCKERS_SHOWN); i++) {
		sd_json_variant *b = field_item(blockers, i);
		char since[FORMAT_DURATION_SIZE];

		format_duration(field_number(b, "blockingUSec"), since, sizeof(since));
		format_line(stderr, "in the way: %s[%" PRIu64 "] for %s: %s", field_string(b, "comm"),
			    field_number(b, "pid"), since, field_string(b, "reason"));
	}
	if (n > BLOCKERS_SHOWN)
		format_line(stderr, "in the way: and %zu more", n - BLOCKERS_SHOWN);
}

static void failure_print(const char *verb, const char *subject, const struct failure *failure,
			  const struct client_reply *reply)
{
	const char *patch = field_string(reply->parameters, "patch");
	const char *log = field_string(reply->parameters, "log");
	enum outcome outcome = outcome_from_error(reply->error);
	bool show_log = *log && (options.verb_options & OPTION_VERIFIER_LOG);
	_cleanup_free_ char *sentence = NULL;

	sentence = failure_sentence(failure->sentence, reply->parameters);
	if (*patch)
		subject = patch;
	format_line(stderr, "klpctl: %s%s%s%s: %s.", verb, subject ? " '" : "",
		    subject ? subject : "", subject ? "'" : "",
		    sentence ? sentence : failure->sentence);
	/* an error that is in no table */
	if (outcome == OUTCOME_SYSTEM && failure->exit_status == EXIT_STATUS_SYSTEM &&
	    !STREQ(reply->error, outcome_info(OUTCOME_SYSTEM)->error))
		format_line(stderr, "error: %s", reply->error);
	failure_print_detail(reply->parameters, outcome == OUTCOME_VERIFIER);
	failure_print_blockers(reply->parameters);
	if (show_log) {
		format_line(stderr, "log:");
		format_block(stderr, "  ", log);
	}
	/* the hint at the log is useless if the log has just been shown */
	if (*failure->hint && !(show_log && outcome == OUTCOME_VERIFIER))
		format_line(stderr, "hint: %s", failure->hint);
}

void failure_print_problem(sd_json_variant *problem, size_t number, FILE *f)
{
	const char *name = field_string(problem, "error"), *dot = strrchr(name, '.');
	enum outcome outcome = outcome_from_error(name);
	const struct outcome_info *info = outcome_info(outcome);
	_cleanup_free_ char *sentence = failure_sentence(info->sentence, problem);
	_cleanup_free_ char *detail = failure_detail(problem, outcome == OUTCOME_VERIFIER);
	const char *log = field_string(problem, "log"), *hint = field_string(problem, "hint");
	bool show_log = *log && (options.verb_options & OPTION_VERIFIER_LOG);

	format_line(f, "%3zu. %s: %s.", number, dot ? dot + 1 : name,
		    sentence ? sentence : info->sentence);
	if (detail)
		format_block(f, "     ", detail);
	if (show_log) {
		format_line(f, "     log:");
		format_block(f, "       ", log);
	}
	if (*hint && !(show_log && outcome == OUTCOME_VERIFIER))
		format_line(f, "     hint: %s", hint);
}

static void failure_print_json(const struct client_reply *reply)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;

	if (sd_json_buildo(&v, SD_JSON_BUILD_PAIR_STRING("error", reply->error),
			   SD_JSON_BUILD_PAIR_CONDITION(!!reply->parameters, "parameters",
							SD_JSON_BUILD_VARIANT(reply->parameters)),
			   SD_JSON_BUILD_PAIR_CONDITION(!reply->parameters, "parameters",
							SD_JSON_BUILD_EMPTY_OBJECT)) >= 0)
		(void)format_json(v, stdout);
}

int failure_reply(const char *verb, const char *subject, const struct client_reply *reply)
{
	struct failure failure = failure_find(reply);

	if (options.json != OPTION_JSON_OFF)
		failure_print_json(reply);
	failure_print(verb, subject, &failure, reply);
	return failure.exit_status;
}

static int failure_make(const char *verb, const char *subject, const char *error, int number,
			const char *detail, const char *hint)
{
	_cleanup_free_ char *name = strdup(error), *clean = text_copy_utf8(detail, true);
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;

	if (!name || !clean || sd_json_buildo(&v,
			SD_JSON_BUILD_PAIR_CONDITION(number > 0, "errno",
						     SD_JSON_BUILD_INTEGER(number)),
			SD_JSON_BUILD_PAIR_STRING("detail", clean),
			SD_JSON_BUILD_PAIR_STRING("hint", hint)) < 0) {
		fputs("klpctl: out of memory.\n", stderr);
		return EXIT_STATUS_SYSTEM;
	}
	return failure_reply(verb, subject,
			     &(struct client_reply){ .parameters = v, .error = name });
}

int failure_local(const char *verb, const char *subject, enum outcome outcome, int error,
		  const char *detail)
{
	const struct outcome_info *info = outcome_info(outcome);

	return failure_make(verb, subject, info->error, error < 0 ? -error : error, detail,
			    info->hint);
}

int failure_connect(const char *verb, const char *subject, int error)
{
	_cleanup_free_ char *detail = NULL;

	if (error == -ENOMEM)
		return failure_local(verb, subject, OUTCOME_SYSTEM, error, "");
	if (asprintf(&detail, "cannot connect to %s", client_address()) < 0)
		detail = NULL;
	if (error == -EACCES || error == -EPERM)
		return failure_local(verb, subject, OUTCOME_PERMISSION, error,
				     detail ? detail : "");
	return failure_make(verb, subject, ERROR_UNREACHABLE, -error, detail ? detail : "",
			    "Start it with 'systemctl start klpd.socket'.");
}
