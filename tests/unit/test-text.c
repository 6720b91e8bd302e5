/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of any bytes becomes text that a report, JSON and a terminal can hold. The same of random
 * bytes; the fuzzer fuzz-text.c goes on from here.
 */
#include <stdlib.h>

#include "unit.h"

#include "klpd/json-text.c"

static void check_clean(const char *text, bool lines, const char *wanted)
{
	_cleanup_free_ char *copy = text_copy_utf8(text, lines);

	CHECK_STR(copy, wanted);
}

static void test_stays(void)
{
	check_clean("", false, "");
	check_clean("plain ~", false, "plain ~");
	check_clean("\u00e9 \u20ac \U0001f600", false, "\u00e9 \u20ac \U0001f600");
	check_clean("a\nb\tc", true, "a\nb\tc");
}

static void test_control(void)
{
	check_clean("a\nb\tc", false, "a?b?c");
	check_clean("\x1b[31m\x7f\r\b", true, "?[31m???");
	/* C1 in UTF-8, a byte order mark, and what turns the direction of what follows */
	check_clean("\xc2\x9b" "1m", true, "??1m");
	check_clean("\ufeff\u202e\u2028", true, "?????????");
}

static void test_not_utf8(void)
{
	check_clean("\xff\xfe", false, "??");
	check_clean("a\x9b" "31m", false, "a?31m");
	/* cut, too long a form, a surrogate, beyond the last one */
	check_clean("\xc3", false, "?");
	check_clean("\xe2\x82 a", false, "?? a");
	check_clean("\xc0\xaf", false, "??");
	check_clean("\xed\xa0\x80", false, "???");
	check_clean("\xf4\x90\x80\x80", false, "????");
	CHECK(text_is_utf8("\u00e9\x1b") && !text_is_utf8("a\xff") && !text_is_utf8("\xc3"));
}

static void test_random(void)
{
	srand(1);
	for (int round = 0; round < 20000; round++) {
		char text[17] = "";
		size_t n = (size_t)rand() % sizeof(text);
		uint32_t c;

		for (size_t i = 0; i < n; i++)
			text[i] = (char)(rand() % 4 ? 0x80 | rand() : 1 + rand() % 0x7f);
		n = strlen(text);
		text_clean_utf8(text, false);
		CHECK_INT(strlen(text), n);
		CHECK(text_is_utf8(text));
		for (size_t i = 0; text[i]; i += text_decode_utf8(text + i, &c))
			CHECK(text_decode_utf8(text + i, &c) > 0 && !text_is_deceptive(c));
	}
}

static void test_json(void)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL, *none = NULL;
	_cleanup_free_ char *text = NULL;
	const char *missing = NULL;

	CHECK(sd_json_buildo(&v, PAIR_TEXT("a", "int \xff (\x1b" "c)"), PAIR_OPTIONAL("b", missing),
			     PAIR_OPTIONAL("c", "\xc3")) >= 0);
	CHECK(sd_json_variant_format(v, 0, &text) >= 0);
	CHECK_STR(text, "{\"a\":\"int ? (?c)\",\"c\":\"?\"}");
	CHECK(json_text(NULL, &none) >= 0);
	CHECK_STR(sd_json_variant_string(none), "");
}

int main(void)
{
	RUN(test_stays);
	RUN(test_control);
	RUN(test_not_utf8);
	RUN(test_random);
	RUN(test_json);
	return unit_end();
}
