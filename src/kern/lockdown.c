/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the kernel's settings, each time anew because lockdown can be raised at run time. */
#include <string.h>

#include "kern/caps.h"
#include "kern/lockdown.h"
#include "util/cleanup.h"

#define LOCKDOWN_FILE	"/sys/kernel/security/lockdown"
#define SIGNATURE_FILE	"/sys/module/module/parameters/sig_enforce"
#define FILE_ROOM	4096

/* "none integrity [confidentiality]": the one in brackets is in effect. */
enum lockdown lockdown_read(void)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	CAPS_SCOPE(CAPS_READ);

	if (read_file_limited(LOCKDOWN_FILE, FILE_ROOM, &text, &size) < 0)
		return LOCKDOWN_NONE;
	if (strstr(text, "[confidentiality]"))
		return LOCKDOWN_CONFIDENTIALITY;
	return strstr(text, "[integrity]") ? LOCKDOWN_INTEGRITY : LOCKDOWN_NONE;
}

bool lockdown_wants_signatures(void)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (lockdown_read() != LOCKDOWN_NONE)
		return true;

	CAPS_SCOPE(CAPS_READ);

	return read_file_limited(SIGNATURE_FILE, FILE_ROOM, &text, &size) == 0 && *text == 'Y';
}
