/* SPDX-License-Identifier: GPL-2.0-only */
/* The output of klpctl: lines without control characters, tables, times, JSON. */
#ifndef KLPD_KLPCTL_FORMAT_H
#define KLPD_KLPCTL_FORMAT_H

#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-json.h>

#define FORMAT_COLUMNS_MAX 8

struct format_table {
	size_t columns;
	size_t rows;		/* including the header */
	char **cells;		/* rows * columns, owned */
	int error;		/* -ENOMEM if a cell was lost */
};

/* Print one line to f; control characters in the arguments become '?'. */
void format_line(FILE *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Print each line of text as a line of its own, indented. A final newline adds no empty line. */
void format_block(FILE *f, const char *indent, const char *text);
/* text_clean_utf8() for a text of one line. */
void format_clean(char *text);

/*
 * Take the headers, then one row of cells for each call, as many as there are headers. NULL ends
 * each list.
 */
void format_table_begin(struct format_table *t, ...) __attribute__((sentinel));
void format_table_row(struct format_table *t, ...) __attribute__((sentinel));
/* Print the table with aligned columns, unless f is NULL, and free it. 0 or -ENOMEM. */
int format_table_end(struct format_table *t, FILE *f);

/* Local time for CLOCK_REALTIME in microseconds. */
void format_time(uint64_t usec, char *buffer, size_t size);
#define FORMAT_TIME_SIZE 64

/* "3.2 s", "12 s", "5 min". */
void format_duration(uint64_t usec, char *buffer, size_t size);
#define FORMAT_DURATION_SIZE 32

/* A state or a consistency in words: "per task" for "per_task". Other text is returned unchanged. */
const char *format_words(const char *text);

/* Print in the form that --json selects, with a newline. 0 or negative errno. */
int format_json(sd_json_variant *v, FILE *f);

#endif
