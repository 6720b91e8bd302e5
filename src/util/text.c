/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes text of unknown origin fit to be shown. Owns nothing, cannot fail. */
#include "util/text.h"

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
