// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of a file, of the kernel or of an argument under libFuzzer: whatever the bytes are, what
 * comes out is UTF-8 of the same length without a control character, the same when it is cleaned
 * again, and untouched if it was clean. The first byte says whether lines stay.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared/report.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) do { \
		if (!(condition)) \
			abort(); \
	} while (0)

static bool is_clean(const char *text, bool lines)
{
	uint32_t c = 0;
	size_t n;

	for (; *text; text += n) {
		n = text_decode_utf8(text, &c);
		if (n == 0 || (text_is_deceptive(c) && !(lines && (c == '\n' || c == '\t'))))
			return false;
	}
	return true;
}

static void require_report(const char *text)
{
	_cleanup_(report_done) struct report r = REPORT_INIT;

	report_names(&r, text, text, text);
	report_set(&r, OUTCOME_PROTOTYPE, "'%s'", text);
	report_log(&r, text);
	REQUIRE(is_clean(r.patch, false) && is_clean(r.object, false) &&
		is_clean(r.function, false));
	REQUIRE(is_clean(r.detail, true) && is_clean(r.log, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool lines = size > 0 && data[0] & 1;
	_cleanup_free_ char *text = NULL, *once = NULL, *twice = NULL;

	text = size > 0 ? strndup((const char *)data + 1, size - 1) : strdup("");
	REQUIRE(text);
	once = text_copy_utf8(text, lines);
	REQUIRE(once && strlen(once) == strlen(text) && is_clean(once, lines));
	REQUIRE(is_clean(text, lines) == STREQ(once, text));
	twice = text_copy_utf8(once, lines);
	REQUIRE(twice && STREQ(once, twice));
	require_report(text);
	return 0;
}
