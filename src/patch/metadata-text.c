// SPDX-License-Identifier: GPL-2.0-only
/*
 * Character and number rules of the metadata: which text may reach a terminal, a JSON string, a
 * bpffs name or the kernel. Every function accepts any NUL-terminated string. None allocates, and
 * only meta_text_split() changes the string.
 */
#include "patch/metadata-text.h"

#include "util/macro.h"
#include "util/text.h"

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool meta_text_line(const char *s)
{
	while (*s) {
		uint32_t c;
		size_t n = text_decode_utf8(s, &c);

		if (n == 0 || text_is_deceptive(c))
			return false;
		s += n;
	}
	return true;
}

bool meta_text_ascii(const char *s, bool word)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++)
		if (*p < (word ? 0x21 : 0x20) || *p > 0x7e)
			return false;
	return true;
}

bool meta_text_identifier(const char *s, const char *more)
{
	if (!is_alpha((unsigned char)s[0]))
		return false;
	for (s++; *s; s++)
		if (!is_alpha((unsigned char)*s) && !is_digit((unsigned char)*s) &&
		    !strchr(more, *s))
			return false;
	return true;
}

bool meta_text_module(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if (!is_alpha((unsigned char)*s) && !is_digit((unsigned char)*s))
			return false;
	return true;
}

bool meta_text_decimal(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!is_digit((unsigned char)s[0]) || (s[0] == '0' && s[1]))
		return false;
	for (; *s; s++) {
		unsigned int digit = (unsigned char)*s - '0';

		if (digit > 9 || digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*ret = value;
	return true;
}

const char *meta_text_quote(const char *s, char buf[static META_TEXT_QUOTED])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	/* an escape takes 4 bytes, the ellipsis 3, the NUL 1 */
	for (; *s && n + 4 + 3 + 1 <= META_TEXT_QUOTED; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c <= 0x7e && c != '\\') {
			buf[n++] = (char)c;
			continue;
		}
		buf[n++] = '\\';
		buf[n++] = 'x';
		buf[n++] = hex[c >> 4];
		buf[n++] = hex[c & 15];
	}
	if (*s) {
		memcpy(buf + n, "...", 3);
		n += 3;
	}
	buf[n] = '\0';
	return buf;
}

bool meta_text_split(char *s, char **fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *colon = strchr(s, ':');

		if ((i + 1 < n) != (colon != NULL))
			return false;
		if (colon)
			*colon = '\0';
		if (!*s)
			return false;
		fields[i] = s;
		s = colon ? colon + 1 : s;
	}
	return true;
}
