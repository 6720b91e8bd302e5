/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of klpctl. getopt_long() accepts them before and after the verb; "--" ends them. An
 * invalid option gets one line that names it, not the help text.
 */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>

#include "klpctl/options.h"

#include "util/log.h"
#include "util/macro.h"

struct options options;

enum {
	ARG_VERSION = 0x100,
	ARG_JSON,
	ARG_NO_WAIT,
	ARG_IMMEDIATE,
	ARG_VERIFIER_LOG,
	ARG_TIMEOUT,
	ARG_STACKS,
	ARG_REPLACE,
	ARG_LAST,
	ARG_DRY_RUN,
};

static const struct option option_table[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, ARG_VERSION },
	{ "json", optional_argument, NULL, ARG_JSON },
	{ "no-wait", no_argument, NULL, ARG_NO_WAIT },
	{ "immediate", no_argument, NULL, ARG_IMMEDIATE },
	{ "verifier-log", no_argument, NULL, ARG_VERIFIER_LOG },
	{ "timeout", required_argument, NULL, ARG_TIMEOUT },
	{ "stacks", required_argument, NULL, ARG_STACKS },
	{ "replace", no_argument, NULL, ARG_REPLACE },
	{ "last", no_argument, NULL, ARG_LAST },
	{ "dry-run", no_argument, NULL, ARG_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

static int options_set_json(const char *value)
{
	if (!value || STREQ(value, "short"))
		options.json = OPTION_JSON_SHORT;
	else if (STREQ(value, "pretty"))
		options.json = OPTION_JSON_PRETTY;
	else
		return log_error_errno(EINVAL, "--json takes short or pretty, not '%s'", value);
	return 0;
}

/* Digits only, because strtoull() accepts signs and blanks. */
static int options_parse_number(const char *value, unsigned long long max, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno != 0 || n > max)
		return -EINVAL;
	*ret = n;
	return 0;
}

/* Whole seconds, at most those of a year. */
static int options_set_timeout(const char *value)
{
	uint64_t seconds;

	if (options_parse_number(value, 366ULL * 86400, &seconds) < 0)
		return log_error_errno(EINVAL, "--timeout takes a number of seconds, not '%s'",
				       value);
	options.timeout_usec = seconds * 1000000;
	options.verb_options |= OPTION_TIMEOUT;
	return 0;
}

static int options_set_stacks(const char *value)
{
	if (options_parse_number(value, INT32_MAX, &options.stacks) < 0)
		return log_error_errno(EINVAL, "--stacks takes a number of tasks, not '%s'", value);
	options.verb_options |= OPTION_STACKS;
	return 0;
}

static int options_complain(char **argv, int c)
{
	if (c == '?' && optopt == ARG_TIMEOUT)
		return log_error_errno(EINVAL, "--timeout needs a number of seconds");
	if (c == '?' && optopt == ARG_STACKS)
		return log_error_errno(EINVAL, "--stacks needs a number of tasks");
	/* optopt of a long option is 0, or its value in the table */
	if (c == '?' && optopt > 0 && optopt < 0x100)
		return log_error_errno(EINVAL, "unknown option '-%c'; see klpctl --help", optopt);
	return log_error_errno(EINVAL, "%s option '%s'; see klpctl --help",
			       optopt ? "no value goes with" : "unknown", argv[optind - 1]);
}

int options_parse(int argc, char **argv)
{
	int c, r;

	options = (struct options){ .json = OPTION_JSON_OFF };
	optind = 0;	/* start again, even if this is not the first call */
	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", option_table, NULL)) >= 0) {
		switch (c) {
		case 'h':
			options.help = true;
			break;
		case ARG_VERSION:
			options.version = true;
			break;
		case ARG_JSON:
			r = options_set_json(optarg);
			if (r < 0)
				return r;
			break;
		case ARG_NO_WAIT:
			options.verb_options |= OPTION_NO_WAIT;
			break;
		case ARG_IMMEDIATE:
			options.verb_options |= OPTION_IMMEDIATE;
			break;
		case ARG_REPLACE:
			options.verb_options |= OPTION_REPLACE;
			break;
		case ARG_LAST:
			options.verb_options |= OPTION_LAST;
			break;
		case ARG_DRY_RUN:
			options.verb_options |= OPTION_DRY_RUN;
			break;
		case ARG_VERIFIER_LOG:
			options.verb_options |= OPTION_VERIFIER_LOG;
			break;
		case ARG_TIMEOUT:
			r = options_set_timeout(optarg);
			if (r < 0)
				return r;
			break;
		case ARG_STACKS:
			r = options_set_stacks(optarg);
			if (r < 0)
				return r;
			break;
		default:
			return options_complain(argv, c);
		}
	}
	return optind;
}

const char *options_name(unsigned int bits)
{
	if (bits & OPTION_NO_WAIT)
		return "--no-wait";
	if (bits & OPTION_IMMEDIATE)
		return "--immediate";
	if (bits & OPTION_TIMEOUT)
		return "--timeout";
	if (bits & OPTION_STACKS)
		return "--stacks";
	if (bits & OPTION_REPLACE)
		return "--replace";
	if (bits & OPTION_LAST)
		return "--last";
	if (bits & OPTION_DRY_RUN)
		return "--dry-run";
	return "--verifier-log";
}
