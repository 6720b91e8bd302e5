/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes text of unknown origin safe to show. Owns nothing. It cleans the text of reports
 * (report.c), JSON (klpd/json-text.c), the log and the lines of klpctl. So the contents of a file
 * or an argument cannot make any of these fail or mislead the reader.
 */
#include <string.h>

#include "util/text.h"

#include "util/macro.h"

void text_clean(char *text, size_t size, char newline)
{
	text[size - 1] = '\0';
	for (; *text; text++) {
		if (*text == '\n')
			*text = newline;
		else if (*text < 0x20 || *text > 0x7e)
			*text = '?';
	}
}

size_t text_decode_utf8(const char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0x80 ? 1 : (s[0] & 0xe0) == 0xc0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 :
		   (s[0] & 0xf8) == 0xf0 ? 4 : 0;
	uint32_t c;

	if (n == 0)
		return 0;
	c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

bool text_is_deceptive(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||	/* C0, DEL, C1 */
	       c == 0x200e || c == 0x200f || c == 0x061c ||	/* direction marks */
	       (c >= 0x2028 && c <= 0x202e) ||	/* line breaks, embeddings, overrides */
	       (c >= 0x2066 && c <= 0x2069) ||	/* isolates */
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe;
}

void text_clean_utf8(char *text, bool lines)
{
	while (*text) {
		uint32_t c = 0;
		size_t n = text_decode_utf8(text, &c);

		if (n > 0 && (!text_is_deceptive(c) || (lines && (c == '\n' || c == '\t')))) {
			text += n;
			continue;
		}
		for (n = MAX(n, (size_t)1); n > 0; n--)
			*text++ = '?';
	}
}

char *text_copy_utf8(const char *text, bool lines)
{
	char *copy = strdup(text);

	if (copy)
		text_clean_utf8(copy, lines);
	return copy;
}

bool text_is_utf8(const char *text)
{
	uint32_t c;
	size_t n;

	for (; *text; text += n) {
		n = text_decode_utf8(text, &c);
		if (n == 0)
			return false;
	}
	return true;
}
