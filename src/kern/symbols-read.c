// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the functions of the running kernel from /proc/kallsyms and from the list of what can be
 * traced, and fills the tables of symbols.c.
 */
#include <errno.h>
#include <stdio.h>

#include "kern/caps.h"
#include "kern/lockdown.h"
#include "kern/symbols.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define KALLSYMS_FILE	"/proc/kallsyms"

/* In tracefs, which older systems have below /sys/kernel/debug. */
#define TRACEABLE_FILE	"/sys/kernel/tracing/available_filter_functions"

/* Lists with addresses come first: an address identifies a function by all its names. */
static const struct {
	const char *path;
	int (*read)(struct symbols *s, FILE *f);
} traceable_files[] = {
	{ TRACEABLE_FILE "_addrs", symbols_read_traceable_addrs },
	{ "/sys/kernel/debug/tracing/available_filter_functions_addrs", symbols_read_traceable_addrs },
	{ TRACEABLE_FILE, symbols_read_traceable },
	{ "/sys/kernel/debug/tracing/available_filter_functions", symbols_read_traceable },
};

/* These files have megabytes, and the kernel fills any buffer that it gets. A large buffer saves a
 * read per line. */
static FILE *symbols_open(const char *path)
{
	FILE *f = fopen(path, "re");

	if (f)
		(void)setvbuf(f, NULL, _IOFBF, 1 << 18);
	return f;
}

static int symbols_read_names(struct symbols *s, struct report *report)
{
	_cleanup_fclose_ FILE *f = symbols_open(KALLSYMS_FILE);
	int r;

	if (!f)
		return report_errno(report, errno_negative(), "cannot open " KALLSYMS_FILE);
	r = symbols_read_kallsyms(s, f);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return report_errno(report, r, "cannot read " KALLSYMS_FILE);
	return 0;
}

static int symbols_read_traced(struct symbols *s, struct report *report)
{
	_cleanup_fclose_ FILE *f = NULL;
	size_t i;
	int r = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(traceable_files); i++) {
		f = symbols_open(traceable_files[i].path);
		if (f)
			break;
		if (errno != ENOENT)
			r = errno_negative();
	}
	if (!f && lockdown_read() == LOCKDOWN_CONFIDENTIALITY)
		return report_set(report, OUTCOME_LOCKDOWN, "lockdown is 'confidentiality', so the kernel "
				  "does not say which functions can be traced");
	if (!f)
		return report_errno(report, r, "cannot tell which functions can be traced: no %s "
				    "(is tracefs mounted?)", TRACEABLE_FILE);
	r = traceable_files[i].read(s, f);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return report_errno(report, r, "cannot read the list of traceable functions");
	return 0;
}

int symbols_read_kernel(struct symbols *s, struct report *report)
{
	int r;

	CAPS_SCOPE(CAPS_READ);

	r = symbols_read_names(s, report);
	return r == 0 ? symbols_read_traced(s, report) : r;
}
