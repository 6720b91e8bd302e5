/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What recovery does with a patch, directory, record or gate that it finds, decided from the facts
 * about it. Pure, so that a test can try every combination of facts. judge.c has the rule.
 */
#ifndef KLPD_CORE_JUDGE_H
#define KLPD_CORE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

enum judge_pins {		/* state of its pins */
	JUDGE_PINS_READ,	/* metadata read; links may be missing */
	JUDGE_PINS_NO_META,	/* a directory without metadata */
	JUDGE_PINS_BAD,		/* damaged or foreign */
	JUDGE_PINS_NEWER,	/* made by a newer klpd */
	JUDGE_PINS_NONE,	/* no pins visible */
	_JUDGE_PINS_MAX
};

struct judge_facts {
	enum judge_pins pins;
	uint32_t consistency;	/* KLP_CONSISTENCY_*; 0: not known */
	bool companion;		/* it is loaded and speaks klpd's ABI */
	uint32_t record;	/* enum klp_uapi_patch_state of its record; 0: no record */
	bool gate;		/* its bit in the gates word is set */
	bool attached;		/* one of its links is in the kernel */
	bool kept;		/* its programs are pinned for good */
	bool elsewhere;		/* its bodies read a gates word that is not klpd's */
	bool collides;		/* another patch already has its record or gate */
};

enum judge_verdict {
	JUDGE_TAKE,		/* take over as a normal patch */
	JUDGE_TAKE_LOST,	/* take over as far as the kernel describes it: no metadata */
	JUDGE_RETIRE,		/* retire: it is out of force */
	JUDGE_REMOVE,		/* remove its pins, record or gate bit: nothing is in force */
	JUDGE_LEAVE,		/* leave it alone and report it */
	_JUDGE_VERDICT_MAX
};

enum judge_verdict judge(const struct judge_facts *facts);

#endif
