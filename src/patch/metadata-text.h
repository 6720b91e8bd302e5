/* SPDX-License-Identifier: GPL-2.0-only */
/* Character and number rules of a patch's metadata. Private to metadata*.c and its tests. */
#ifndef KLPD_PATCH_METADATA_TEXT_H
#define KLPD_PATCH_METADATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Size of the buffer of meta_text_quote(), including the NUL. */
#define META_TEXT_QUOTED 128

/*
 * Whether s is one line of UTF-8 without control, line-breaking or direction-changing characters.
 */
bool meta_text_line(const char *s);
/* Whether s is ASCII without control characters and, if `word`, without blanks. */
bool meta_text_ascii(const char *s, bool word);
/*
 * Whether s is [A-Za-z_][A-Za-z0-9_]*; the characters of `more` are also allowed, but not at the
 * start.
 */
bool meta_text_identifier(const char *s, const char *more);
/* Whether s is [A-Za-z0-9_]+. */
bool meta_text_module(const char *s);
/* Parse a number of decimal digits without a leading zero, at most max. False: s is none. */
bool meta_text_decimal(const char *s, uint64_t max, uint64_t *ret);
/* Escape s for a message, and cut it with "..." if it is long. Returns buf. */
const char *meta_text_quote(const char *s, char buf[static META_TEXT_QUOTED]);
/*
 * Split s in place at each ':' into exactly n fields, none of them empty. False: it does not split
 * so.
 */
bool meta_text_split(char *s, char **fields, size_t n);

#endif
