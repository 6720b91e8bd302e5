/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of the command line. options_parse() fills them once; then they are only read. */
#ifndef KLPD_KLPCTL_OPTIONS_H
#define KLPD_KLPCTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum option_json {
	OPTION_JSON_OFF,
	OPTION_JSON_SHORT,
	OPTION_JSON_PRETTY,
};

/* Options that only some verbs take, as bits */
#define OPTION_NO_WAIT		(1U << 0)
#define OPTION_IMMEDIATE	(1U << 1)
#define OPTION_VERIFIER_LOG	(1U << 2)
#define OPTION_TIMEOUT		(1U << 3)
#define OPTION_STACKS		(1U << 4)
#define OPTION_REPLACE		(1U << 5)
#define OPTION_LAST		(1U << 6)
#define OPTION_DRY_RUN		(1U << 7)

struct options {
	enum option_json json;
	unsigned int verb_options;	/* OPTION_* that were given */
	uint64_t timeout_usec;		/* if OPTION_TIMEOUT was given; 0 = no limit */
	uint64_t stacks;		/* if OPTION_STACKS was given */
	bool help;
	bool version;
};

extern struct options options;

/* The index in argv of the first word that is no option, or -EINVAL after one line on stderr. */
int options_parse(int argc, char **argv);
/* "--no-wait" and so on, for the lowest bit in `bits`. */
const char *options_name(unsigned int bits);

#endif
