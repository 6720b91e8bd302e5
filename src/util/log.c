/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log: one line on stderr for each message.
 *
 * A line is formatted first and written with one write(2), so that lines of several processes do
 * not mix. Messages contain text from files and clients. So control characters (above all a
 * newline, which would begin a forged line) and bytes that are not UTF-8 are shown as '?'. A
 * message that is too long for the line is cut. errno is preserved.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"

#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/macro.h"
#include "util/text.h"

#define LINE_SIZE 2048

static int log_level = LOG_INFO;
static const char *log_name;

static const char *const level_names[] = {
	[LOG_EMERG] = "emerg",
	[LOG_ALERT] = "alert",
	[LOG_CRIT] = "crit",
	[LOG_ERR] = "err",
	[LOG_WARNING] = "warning",
	[LOG_NOTICE] = "notice",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};
_Static_assert(ARRAY_SIZE(level_names) == LOG_DEBUG + 1, "a level without a name");

void log_set_level(int level)
{
	log_level = level;
}

int log_get_level(void)
{
	return log_level;
}

int log_level_from_string(const char *text)
{
	if (text[0] >= '0' && text[0] <= '7' && !text[1])
		return text[0] - '0';
	if (STREQ(text, "error"))
		return LOG_ERR;
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++)
		if (STREQ(text, level_names[i]))
			return (int)i;
	return -EINVAL;
}

void log_set_name(const char *name)
{
	log_name = name;
}

/*
 * Whether stderr is the stream of the journal. JOURNAL_STREAM has its device and inode, but
 * programs inherit the variable even if their stderr is something else. Checked each time, because
 * it is cheap and tests change it.
 */
static bool log_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static size_t line_begin(char *line, size_t size, int level)
{
	int n;

	if (log_to_journal())
		n = snprintf(line, size, "<%d>", level);
	else if (log_name)
		n = snprintf(line, size, "%s: ", log_name);
	else
		return 0;
	return n < 0 ? 0 : MIN((size_t)n, size - 1);
}

int log_message(int level, int error, const char *format, ...)
{
	char line[LINE_SIZE];
	size_t begin, end;
	va_list ap;
	int n;
	PROTECT_ERRNO;

	error = error > 0 ? -error : error;
	if (level > log_level)
		return error;

	/* one byte stays free for the newline */
	begin = line_begin(line, sizeof(line) - 1, level);
	errno = -error;
	va_start(ap, format);
	n = vsnprintf(line + begin, sizeof(line) - 1 - begin, format, ap);
	va_end(ap);
	if (n < 0)
		return error;
	end = MIN(begin + (size_t)n, sizeof(line) - 2);
	line[end] = '\0';
	text_clean_utf8(line + begin, false);
	line[end++] = '\n';
	/* an error of stderr itself cannot be reported */
	(void)write_fd_all(STDERR_FILENO, line, end);
	return error;
}
