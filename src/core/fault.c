/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads KLPD_FAULT (fault.h). Does nothing without it, and ignores a value that it does not
 * understand, so that a typing error in a test does not take a system down. Each step of a change
 * passes here, so this is also where klpd feeds its watchdog.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "util/cleanup.h"
#include "util/macro.h"
#include "util/watchdog.h"

struct fault {
	bool set;
	bool kill;
	enum phase phase;
	unsigned long point;
};

static struct fault fault_parse(const char *text)
{
	const char *colon = strchr(text, ':'), *name;
	struct fault f = { .set = false };
	char *end;

	if (!colon)
		return f;
	for (f.phase = PHASE_PLAN; f.phase < _PHASE_MAX; f.phase++) {
		name = phase_to_string(f.phase);
		if (strlen(name) == (size_t)(colon - text) &&
		    strncmp(name, text, strlen(name)) == 0)
			break;
	}
	f.point = strtoul(colon + 1, &end, 10);
	f.kill = STREQ(end, ":kill");
	f.set = f.phase < _PHASE_MAX && end > colon + 1 && (f.kill || STREQ(end, ":fail"));
	return f;
}

/*
 * Read the first line of a file, so that tests can inject many faults without restarting klpd,
 * which would have to read the kernel's symbols again.
 */
static struct fault fault_read(const char *path)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char text[64] = "";

	if (!f || !fgets(text, sizeof(text), f))
		return (struct fault){ .set = false };
	text[strcspn(text, "\n")] = '\0';
	return fault_parse(text);
}

int fault_point(enum phase phase, unsigned int point)
{
	static const char *text;
	static struct fault fault;
	static bool read;

	watchdog_alive();
	if (!read) {
		text = getenv("KLPD_FAULT");
		if (text && *text != '/')
			fault = fault_parse(text);
		read = true;
	}
	if (text && *text == '/')
		fault = fault_read(text);
	if (!fault.set || fault.phase != phase || fault.point != point)
		return 0;
	if (fault.kill)
		(void)raise(SIGKILL);
	return -EIO;
}
