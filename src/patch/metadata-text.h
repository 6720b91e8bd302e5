/* SPDX-License-Identifier: GPL-2.0-only */
/* The character and number rules of a patch's metadata. Private to meta*.c and its tests. */
#ifndef KLPD_PATCH_METADATA_TEXT_H
#define KLPD_PATCH_METADATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for what meta_text_quote() makes, NUL included. */
#define META_TEXT_QUOTED 128

/* One line of UTF-8 without control, line-breaking or direction-changing characters. */
bool meta_text_line(const char *s);
/* ASCII without control characters; and without blanks if `word`. */
bool meta_text_ascii(const char *s, bool word);
/* [A-Za-z_][A-Za-z0-9_]*, further characters of `more` anywhere but at the start. */
bool meta_text_identifier(const char *s, const char *more);
/* [A-Za-z0-9_]+ */
bool meta_text_module(const char *s);
/* Decimal digits only, no leading zero, at most max. */
bool meta_text_decimal(const char *s, uint64_t max, uint64_t *ret);
/* s made fit for a message: escaped, and cut with "..." if it is long. Returns buf. */
const char *meta_text_quote(const char *s, char buf[static META_TEXT_QUOTED]);
/* Cut s in place at each ':' into exactly n fields, none empty; false if there are more or less. */
bool meta_text_split(char *s, char **fields, size_t n);

#endif
