/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of unknown origin: task names, output of the kernel, names in files, arguments. */
#ifndef KLPD_UTIL_TEXT_H
#define KLPD_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Terminate the text inside its `size` bytes, and replace every byte that is not printable ASCII by
 * '?'. So no byte is a control sequence or breaks JSON. A newline becomes `newline`.
 */
void text_clean(char *text, size_t size, char newline);
/*
 * The same for text that may be UTF-8, in place. Each byte of an ill-formed sequence, and of each
 * character that could control or deceive a terminal, becomes '?'. If `lines`, newlines and tabs
 * stay.
 */
void text_clean_utf8(char *text, bool lines);
/* A clean copy, malloc'ed; NULL if memory is short. */
char *text_copy_utf8(const char *text, bool lines);
/* Whether the text is well-formed UTF-8, with any characters. */
bool text_is_utf8(const char *text);
/*
 * The number of bytes of the character at s; 0 if it is not well-formed UTF-8. Never reads beyond a
 * NUL.
 */
size_t text_decode_utf8(const char *s, uint32_t *ret);
/* A control character, a line break, or a character that changes the direction of text. */
bool text_is_deceptive(uint32_t c);

#endif
