/* SPDX-License-Identifier: GPL-2.0-only */
/* What klpctl prints: lines without control characters, tables, times, JSON. */
#ifndef KLPD_KLPCTL_FORMAT_H
#define KLPD_KLPCTL_FORMAT_H

#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-json.h>

#define FORMAT_COLUMNS_MAX 8

struct format_table {
	size_t columns;
	size_t rows;		/* header included */
	char **cells;		/* rows * columns, owned */
	int error;		/* -ENOMEM if a cell was lost */
};

/* One line to f; control characters in what it is made of become '?'. */
void format_line(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Each line of text as a line of its own, indented; a final newline adds no empty line. */
void format_block(FILE *f, const char *indent, const char *text);
/* As text_clean_utf8(), of one line. */
void format_clean(char *text);

/* Headers, then a row of cells each, as many as there are headers; a NULL ends each list. */
void format_table_begin(struct format_table *t, ...) __attribute__((sentinel));
void format_table_row(struct format_table *t, ...) __attribute__((sentinel));
/* Print with aligned columns, unless f is NULL, and let go of all. 0 or -ENOMEM. */
int format_table_end(struct format_table *t, FILE *f);

/* CLOCK_REALTIME in microseconds as local time. */
void format_time(uint64_t usec, char *buffer, size_t size);
#define FORMAT_TIME_SIZE 64

/* "3.2 s", "12 s", "5 min". */
void format_duration(uint64_t usec, char *buffer, size_t size);
#define FORMAT_DURATION_SIZE 32

/* "per task" for "per_task" and "in force" for "in_force"; any other text as it is. */
const char *format_words(const char *text);

/* In the form that --json asked for, with a newline. 0 or negative errno. */
int format_json(sd_json_variant *v, FILE *f);

#endif
