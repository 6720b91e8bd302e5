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

static bool fault_ends(const char *text, const char *end)
{
	size_t n = strcspn(text, ",");

	return n == strlen(end) && strncmp(text, end, n) == 0;
}

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
	f.kill = fault_ends(end, ":kill");
	f.set = f.phase < _PHASE_MAX && end > colon + 1 && (f.kill || fault_ends(end, ":fail"));
	return f;
}

/* The fault of the list that is for this point. */
static struct fault fault_find(const char *list, enum phase phase, unsigned int point)
{
	while (list) {
		struct fault f = fault_parse(list);

		if (f.set && f.phase == phase && f.point == point)
			return f;
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	return (struct fault){ .set = false };
}

/*
 * Read the first line of a file, so that tests can inject many faults without restarting klpd,
 * which would have to read the kernel's symbols again.
 */
static struct fault fault_read(const char *path, enum phase phase, unsigned int point)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char text[128] = "";

	if (!f || !fgets(text, sizeof(text), f))
		return (struct fault){ .set = false };
	text[strcspn(text, "\n")] = '\0';
	return fault_find(text, phase, point);
}

int fault_point(enum phase phase, unsigned int point)
{
	static const char *text;
	static bool read;
	struct fault fault;

	watchdog_alive();
	if (!read) {
		text = getenv("KLPD_FAULT");
		read = true;
	}
	if (!text)
		return 0;
	fault = *text == '/' ? fault_read(text, phase, point) : fault_find(text, phase, point);
	if (!fault.set)
		return 0;
	if (fault.kill)
		(void)raise(SIGKILL);
	return -EIO;
}
