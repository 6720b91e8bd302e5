/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output for users and for programs.
 *
 * The text comes from patch files, task names and other programs. None of it may reach a terminal
 * as a control sequence, so all lines for users are made here. sd-json escapes JSON strings, except
 * for DEL, C1 and characters that change the direction of text; these are escaped here. The layout
 * of tables may change, because programs use JSON.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "klpctl/format.h"

#include "klpctl/options.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

void format_clean(char *text)
{
	text_clean_utf8(text, false);
}

void format_line(FILE *f, const char *format, ...)
{
	_cleanup_free_ char *line = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&line, format, ap);
	va_end(ap);
	if (n < 0) {
		line = NULL;
		fputs("(out of memory)\n", f);
		return;
	}
	format_clean(line);
	fprintf(f, "%s\n", line);
}

void format_block(FILE *f, const char *indent, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		_cleanup_free_ char *line = strndup(text, n);

		for (char *p = line; p && *p; p++)
			if (*p == '\t')
				*p = ' ';
		format_line(f, "%s%s", indent, line ? line : "");
		text += n;
		if (*text)
			text++;
	}
}

/* The columns that a text takes, if each character takes one. */
static int format_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			width++;
	return width;
}

static void table_add(struct format_table *t, const char *first, va_list ap)
{
	size_t base = t->columns * t->rows;
	char **cells;

	cells = reallocarray(t->cells, t->rows + 1, t->columns * sizeof(char *));
	if (!cells) {
		t->error = -ENOMEM;
		return;
	}
	t->cells = cells;
	memset(&cells[base], 0, t->columns * sizeof(char *));
	t->rows++;
	for (size_t i = 0; i < t->columns && first; i++) {
		cells[base + i] = strdup(first);
		if (!cells[base + i])
			t->error = -ENOMEM;
		else
			format_clean(cells[base + i]);
		first = va_arg(ap, const char *);
	}
}

void format_table_begin(struct format_table *t, ...)
{
	va_list ap;

	*t = (struct format_table){ .columns = 0 };
	va_start(ap, t);
	while (t->columns < FORMAT_COLUMNS_MAX && va_arg(ap, const char *))
		t->columns++;
	va_end(ap);
	va_start(ap, t);
	table_add(t, va_arg(ap, const char *), ap);
	va_end(ap);
}

void format_table_row(struct format_table *t, ...)
{
	va_list ap;

	va_start(ap, t);
	table_add(t, va_arg(ap, const char *), ap);
	va_end(ap);
}

static void table_print(const struct format_table *t, FILE *f)
{
	int widths[FORMAT_COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < t->rows * t->columns; i++)
		widths[i % t->columns] = MAX(widths[i % t->columns], format_width(t->cells[i]));
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		size_t column = i % t->columns;

		/* no trailing blanks */
		if (column + 1 == t->columns)
			fprintf(f, "%s\n", t->cells[i]);
		else
			fprintf(f, "%s%*s", t->cells[i],
				widths[column] - format_width(t->cells[i]) + 2, "");
	}
}

int format_table_end(struct format_table *t, FILE *f)
{
	int r;

	for (size_t i = 0; i < t->rows * t->columns; i++)
		if (!t->cells[i])
			t->error = -ENOMEM;
	if (t->error == 0 && f)
		table_print(t, f);
	for (size_t i = 0; i < t->rows * t->columns; i++)
		free(t->cells[i]);
	free(t->cells);
	r = t->error;
	*t = (struct format_table){ .columns = 0 };
	return r;
}

void format_time(uint64_t usec, char *buffer, size_t size)
{
	time_t t = (time_t)(usec / 1000000);
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(buffer, size, "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
		snprintf(buffer, size, "?");
}

void format_duration(uint64_t usec, char *buffer, size_t size)
{
	unsigned long long tenths = usec / 100000, seconds = usec / 1000000;

	if (seconds < 10)
		snprintf(buffer, size, "%llu.%llu s", tenths / 10, tenths % 10);
	else if (seconds < 300)
		snprintf(buffer, size, "%llu s", seconds);
	else
		snprintf(buffer, size, "%llu min", seconds / 60);
}

const char *format_words(const char *text)
{
	static const char *const words[][2] = {
		{ "per_task", "per task" },
		{ "in_force", "in force" },
		{ "recovery_incomplete", "recovery incomplete" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (STREQ(text, words[i][0]))
			return words[i][1];
	return text;
}

/* These characters occur only inside strings, where "\\uXXXX" means the same character. */
static void format_json_text(const char *text, FILE *f)
{
	uint32_t c = 0;
	size_t n;

	for (; *text; text += n) {
		n = MAX(text_decode_utf8(text, &c), (size_t)1);
		if (n == 1 && c != 0x7f)
			fputc(*text, f);
		else if (!text_is_deceptive(c))
			fwrite(text, 1, n, f);
		else if (c < 0x10000)
			fprintf(f, "\\u%04x", c);
		else
			fprintf(f, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
				0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

int format_json(sd_json_variant *v, FILE *f)
{
	sd_json_format_flags_t flags = SD_JSON_FORMAT_NEWLINE;
	_cleanup_free_ char *text = NULL;
	int r;

	if (options.json == OPTION_JSON_PRETTY)
		flags |= SD_JSON_FORMAT_PRETTY;
	r = sd_json_variant_format(v, flags, &text);
	if (r < 0)
		return r;
	format_json_text(text, f);
	(void)fflush(f);	/* an error is kept in the stream */
	return 0;
}
