/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to stderr, one line each. If stderr is the journal (JOURNAL_STREAM), a line begins with
 * its level as "<N>". Only src/klpd and src/klpctl log above debug; the layers below return errors.
 */
#ifndef KLPD_UTIL_LOG_H
#define KLPD_UTIL_LOG_H

#include <syslog.h>

/* Messages of this level and more urgent ones are shown; the default is LOG_INFO. */
void log_set_level(int level);
int log_get_level(void);
/* "debug", "info", "notice", "warning", "err" or "error", ...; or a digit 0..7. -EINVAL. */
int log_level_from_string(const char *text);
/* The prefix of lines outside the journal, as in "klpctl: "; a literal, or NULL for none. */
void log_set_name(const char *name);

/*
 * Return -|error|, for `return log_error_errno(r, "Cannot do: %m")`. errno is set to the error
 * while the message is formatted, so %m works. With error 0 it returns 0, and %m has no meaning.
 */
int log_message(int level, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_debug(...) ((void)log_message(LOG_DEBUG, 0, __VA_ARGS__))
#define log_info(...) ((void)log_message(LOG_INFO, 0, __VA_ARGS__))
#define log_notice(...) ((void)log_message(LOG_NOTICE, 0, __VA_ARGS__))
#define log_warning(...) ((void)log_message(LOG_WARNING, 0, __VA_ARGS__))
#define log_error(...) ((void)log_message(LOG_ERR, 0, __VA_ARGS__))

#define log_debug_errno(error, ...) log_message(LOG_DEBUG, (error), __VA_ARGS__)
#define log_info_errno(error, ...) log_message(LOG_INFO, (error), __VA_ARGS__)
#define log_notice_errno(error, ...) log_message(LOG_NOTICE, (error), __VA_ARGS__)
#define log_warning_errno(error, ...) log_message(LOG_WARNING, (error), __VA_ARGS__)
#define log_error_errno(error, ...) log_message(LOG_ERR, (error), __VA_ARGS__)

#endif
