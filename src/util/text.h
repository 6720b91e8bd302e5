/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that others chose: task names, what the kernel prints, names in files, arguments. */
#ifndef KLPD_UTIL_TEXT_H
#define KLPD_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Terminate it inside its `size` bytes, and make every byte that is not printable ASCII a '?', so
 * that none is a control sequence or spoils JSON. A newline becomes `newline`.
 */
void text_clean(char *text, size_t size, char newline);
/*
 * The same for text that may be UTF-8: in place, each byte of what is not well-formed, and of each
 * character that could control or deceive a terminal, becomes '?'. `lines`: newlines and tabs stay.
 */
void text_clean_utf8(char *text, bool lines);
/* A clean copy, malloc'ed; NULL if memory is short. */
char *text_copy_utf8(const char *text, bool lines);
/* All of it is well-formed, whatever the characters are. */
bool text_is_utf8(const char *text);
/* Bytes of the character at s, 0 if it is not well-formed UTF-8. A NUL inside stops every test. */
size_t text_decode_utf8(const char *s, uint32_t *ret);
/* A control character, a line break, or one that changes the direction of what is shown. */
bool text_is_deceptive(uint32_t c);

#endif
