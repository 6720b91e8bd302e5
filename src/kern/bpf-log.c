/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the process's one libbpf print callback and its buffer. By default libbpf prints to stderr,
 * and its text explains what its errno does not. Here the warnings are kept, up to a limit, until
 * the next operation begins, so that a report of a failure can include them.
 *
 * A verifier log ends with the reason, followed by statistics. The reason is the last line, but it
 * is hard to understand without the instructions and source lines just above it.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "kern/bpf-log.h"
#include "util/macro.h"

#define TELLING_LINES	6
#define TELLING_WIDTH	240	/* of one line, because a hostile program can make lines long */

static char messages[16 * 1024];
static size_t messages_used;

/* libbpf prints whole lines. The first are nearest to the cause, so what does not fit is lost. */
_printf_(2, 0) static int bpf_log_print(enum libbpf_print_level level, const char *format,
					va_list args)
{
	size_t room = sizeof(messages) - messages_used;
	int n;

	if (level != LIBBPF_WARN)
		return 0;
	n = vsnprintf(messages + messages_used, room, format, args);
	if (n > 0 && (size_t)n < room)
		messages_used += (size_t)n;
	else
		messages[messages_used] = '\0';
	return 0;
}

void bpf_log_begin(void)
{
	(void)libbpf_set_print(bpf_log_print);
	messages_used = 0;
	messages[0] = '\0';
}

const char *bpf_log_messages(void)
{
	return messages;
}

static bool line_is_statistics(const char *line)
{
	static const char *const starts[] = {
		"processed ", "verification time ", "stack depth ", "func#", "-- BEGIN ",
		"-- END ", "libbpf: -- ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (strncmp(line, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return line[0] == '\0';
}

/* The last line that begins before `end` and its length; NULL at the start of the log. */
static const char *line_before(const char *log, const char *end, size_t *ret_length)
{
	const char *start;

	if (end == log)
		return NULL;
	if (end[-1] == '\n')
		end--;
	for (start = end; start > log && start[-1] != '\n'; start--)
		;
	*ret_length = (size_t)(end - start);
	return start;
}

/* Copies as much as fits, and makes several blanks one: the verifier aligns comments in columns. */
static void line_copy(char ret[static TELLING_WIDTH], const char *line, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < TELLING_WIDTH - 1; i++) {
		bool blank = line[i] == ' ' || line[i] == '\t';

		if (!blank)
			ret[used++] = line[i];
		else if (used > 0 && ret[used - 1] != ' ')
			ret[used++] = ' ';
	}
	ret[used] = '\0';
}

char *bpf_log_telling(const char *log)
{
	char lines[TELLING_LINES][TELLING_WIDTH];
	const char *at = log + strlen(log), *line;
	size_t length, size = 0, n = 0;
	char *joined, *p;

	while (n < TELLING_LINES && (line = line_before(log, at, &length))) {
		at = line;
		line_copy(lines[n], line, length);
		if (!line_is_statistics(lines[n]))
			size += strlen(lines[n++]) + STRLEN(" | ");
	}
	if (n == 0)
		return NULL;
	joined = malloc(size + 1);
	if (!joined)
		return NULL;
	for (p = joined; n-- > 0; )
		p += snprintf(p, size + 1 - (size_t)(p - joined), "%s%s", lines[n],
			      n > 0 ? " | " : "");
	return joined;
}

enum outcome bpf_log_outcome(const char *log)
{
	static const struct {
		const char *text;
		enum outcome outcome;
	} known[] = {
		{ "() is not modifiable", OUTCOME_NOT_PERMITTED },
		{ "The address of function ", OUTCOME_NOT_TRACEABLE },
		{ "__noreturn function", OUTCOME_NOT_TRACEABLE },
		{ "Attaching tracing programs to function ", OUTCOME_NOT_TRACEABLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strstr(log, known[i].text))
			return known[i].outcome;
	}
	return OUTCOME_VERIFIER;
}
