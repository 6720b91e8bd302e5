/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the reading of KLPD_FAULT (fault.h). Promises to do nothing at all without it, and to ignore
 * what it does not understand: a typing error in a test must not take a system down. Each step of
 * a change passes here, so this is also where klpd says that it lives.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "util/macro.h"
#include "util/watchdog.h"

struct fault {
	bool set;
	bool kill;
	enum phase phase;
	unsigned long point;
};

static struct fault fault_read(void)
{
	const char *text = getenv("KLPD_FAULT"), *colon, *name;
	struct fault f = { .set = false };
	char *end;

	colon = text ? strchr(text, ':') : NULL;
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

int fault_point(enum phase phase, unsigned int point)
{
	static struct fault fault;
	static bool read;

	watchdog_alive();
	if (!read) {
		fault = fault_read();
		read = true;
	}
	if (!fault.set || fault.phase != phase || fault.point != point)
		return 0;
	if (fault.kill)
		(void)raise(SIGKILL);
	return -EIO;
}
