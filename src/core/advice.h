/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which kind of body suits a function: turns the facts about it into advice for each kind. Pure: no
 * system call, no state kept.
 */
#ifndef KLPD_CORE_ADVICE_H
#define KLPD_CORE_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/metadata.h"
#include "kern/target.h"

enum advice_verdict {
	ADVICE_BEST,		/* the best of the possible ones */
	ADVICE_POSSIBLE,
	ADVICE_COMPANION,	/* possible if klp.ko were loaded */
	ADVICE_IMPOSSIBLE,
	_ADVICE_VERDICT_MAX
};

struct advice {
	enum body_kind body;
	enum advice_verdict verdict;
	char why[400];		/* a sentence without capital and full stop */
};

struct advice_case {
	const struct target_facts *facts;
	uint32_t sympos;	/* position that the patch asks for */
	bool strict;		/* the patch is strict: no call may be missed */
	bool immediate;		/* immediate consistency was asked for */
	bool companion;		/* klp.ko is loaded */
};

/* Number of kinds of body; advice_make() lists the preferred kinds first. */
#define ADVICE_BODIES 3

void advice_make(const struct advice_case *c, struct advice ret[static ADVICE_BODIES]);
const char *advice_verdict_to_string(enum advice_verdict verdict);

#endif
