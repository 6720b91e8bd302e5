/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which body suits a function: from what is known of it to advice for each kind of body. Pure: no
 * system call, nothing kept.
 */
#ifndef KLPD_CORE_ADVICE_H
#define KLPD_CORE_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/metadata.h"
#include "kern/target.h"

enum advice_verdict {
	ADVICE_BEST,		/* of those that are possible */
	ADVICE_POSSIBLE,
	ADVICE_COMPANION,	/* it would be, were the companion there */
	ADVICE_IMPOSSIBLE,
	_ADVICE_VERDICT_MAX
};

struct advice {
	enum body_kind body;
	enum advice_verdict verdict;
	char why[400];		/* as a sentence without its capital and its full stop */
};

struct advice_case {
	const struct target_facts *facts;
	uint32_t sympos;	/* that the patch asks for */
	bool strict;		/* the patch is: no call may be missed */
	bool immediate;		/* consistency that was asked for */
	bool companion;		/* it is there */
};

/* Kinds of body that this klpd has, those first that are to be preferred where both can be. */
#define ADVICE_BODIES 3

void advice_make(const struct advice_case *c, struct advice ret[static ADVICE_BODIES]);
const char *advice_verdict_to_string(enum advice_verdict verdict);

#endif
