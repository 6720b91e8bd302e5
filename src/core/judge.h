/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What recovery does with a thing it finds, from what is known of it. Pure, so that a test can go
 * through all there can be: see judge.c for the rule.
 */
#ifndef KLPD_CORE_JUDGE_H
#define KLPD_CORE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

enum judge_pins {		/* what its pins are */
	JUDGE_PINS_READ,	/* the metadata is there and ours; links may be missing */
	JUDGE_PINS_NO_META,	/* a directory without metadata */
	JUDGE_PINS_BAD,		/* damaged or foreign */
	JUDGE_PINS_NEWER,	/* of a newer klpd */
	JUDGE_PINS_NONE,	/* there are none that we see */
	_JUDGE_PINS_MAX
};

struct judge_facts {
	enum judge_pins pins;
	uint32_t consistency;	/* KLP_CONSISTENCY_*, 0: not known */
	bool companion;		/* it can be asked */
	uint32_t record;	/* enum klp_uapi_patch_state of its record; 0: there is none */
	bool gate;		/* its bit in the gates word is set */
	bool attached;		/* a link of it is in the kernel */
	bool kept;		/* its programs are pinned for good */
	bool elsewhere;		/* its bodies read another gates word than ours */
	bool collides;		/* its record or its gate is that of another set already */
};

enum judge_verdict {
	JUDGE_TAKE,		/* over: a set as any other */
	JUDGE_TAKE_LOST,	/* over, with what the kernel tells, for want of metadata */
	JUDGE_RETIRE,		/* it is out of force */
	JUDGE_REMOVE,		/* nothing stands for it: its pins, record or bit go */
	JUDGE_LEAVE,		/* alone, and tell */
	_JUDGE_VERDICT_MAX
};

enum judge_verdict judge(const struct judge_facts *facts);

#endif
