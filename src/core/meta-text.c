// SPDX-License-Identifier: GPL-2.0-only
/*
 * Character and number rules of the metadata: which text may reach a terminal, a JSON string, a
 * bpffs name or the kernel. Every function takes a NUL-terminated string of any bytes and decides;
 * none changes it, except meta_text_split(), and none allocates.
 */
#include "core/meta-text.h"

#include "util/macro.h"

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Bytes of the character at s, 0 if it is not well-formed UTF-8. A NUL inside stops every test. */
static size_t utf8_decode(const unsigned char *s, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
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

static bool is_deceptive(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) ||	/* C0, DEL, C1 */
	       c == 0x200e || c == 0x200f || c == 0x061c ||	/* direction marks */
	       (c >= 0x2028 && c <= 0x202e) ||	/* line breaks, embeddings, overrides */
	       (c >= 0x2066 && c <= 0x2069) ||	/* isolates */
	       c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe;
}

bool meta_text_line(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	while (*p) {
		uint32_t c;
		size_t n = utf8_decode(p, &c);

		if (n == 0 || is_deceptive(c))
			return false;
		p += n;
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
