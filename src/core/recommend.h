/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which kind of body suits a function: turns the facts about it into a recommendation for each
 * kind. Pure: no system call, no state kept.
 */
#ifndef KLPD_CORE_RECOMMEND_H
#define KLPD_CORE_RECOMMEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/metadata.h"
#include "kern/target.h"

enum recommend_verdict {
	RECOMMEND_BEST,		/* the best of the possible ones */
	RECOMMEND_POSSIBLE,
	RECOMMEND_COMPANION,	/* possible if klp.ko were loaded */
	RECOMMEND_IMPOSSIBLE,
	_RECOMMEND_VERDICT_MAX
};

struct recommendation {
	enum body_kind body;
	enum recommend_verdict verdict;
	char why[400];		/* a sentence without capital and full stop */
};

struct recommend_case {
	const struct target_facts *facts;
	uint32_t sympos;	/* position that the patch asks for */
	bool strict;		/* the patch is strict: no call may be missed */
	bool immediate;		/* immediate consistency was asked for */
	bool companion;		/* klp.ko is loaded */
};

/* Number of kinds of body; recommend_make() lists the preferred kinds first. */
#define RECOMMEND_BODIES 3

void recommend_make(const struct recommend_case *c,
		    struct recommendation ret[static RECOMMEND_BODIES]);
const char *recommend_verdict_to_string(enum recommend_verdict verdict);

#endif
