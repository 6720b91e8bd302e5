/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not whole is taken over where that can be, and taken out of force where not: pins made
 * again, a directory renamed back, pins that stand for nothing removed, and all sets that cannot be
 * made whole leave, those of per-task consistency in one transition.
 */
#ifndef KLPD_CORE_REPAIR_H
#define KLPD_CORE_REPAIR_H

#include "core/registry.h"

enum repair_kind {		/* as enum RepairKind of the interface */
	REPAIR_PIN,		/* it is pinned again, or was already, and is told no more */
	REPAIR_RENAME,		/* its directory gets its name back */
	REPAIR_TAKE_OUT,	/* it leaves */
	REPAIR_REMOVE,		/* pins that nothing stands for are removed */
	REPAIR_LEAVE,		/* nothing can be done, the text says why */
	_REPAIR_KIND_MAX
};

struct repair_action {
	enum repair_kind kind;
	struct patch *patch;	/* of the registry, or unjudged; gone once it has left */
	char *name;		/* its name, owned */
	char *text;		/* a sentence, owned */
	int error;		/* what became of it: 0, or a negative errno */
};

struct repair {
	struct repair_action *actions;
	size_t n;
};

/* What there is to do. Changes nothing. -ENOMEM. */
int repair_plan(const struct registry *reg, struct repair *ret);
void repair_done(struct repair *r);
/*
 * All but what leaves. Errors are in the actions; the first is returned. Each action is followed by
 * a point of phase PIN (fault.h), from REPAIR_POINT on.
 */
#define REPAIR_POINT	100
int repair_run(struct registry *reg, struct repair *r);
/*
 * Those that leave with this consistency; sets that were left alone come into the registry for it, as
 * in force. How many.
 */
size_t repair_leaving(struct registry *reg, const struct repair *r, uint32_t consistency,
		      struct patch *ret[static KLP_GATE_SLOTS]);
const char *repair_kind_to_string(enum repair_kind kind);

#endif
