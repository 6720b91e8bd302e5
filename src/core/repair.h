/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Repairs patches that are not whole. Pins are made again, a directory gets its name back, and pins
 * of nothing are removed. All patches that cannot be made whole leave; those with per-task
 * consistency leave in one transition.
 */
#ifndef KLPD_CORE_REPAIR_H
#define KLPD_CORE_REPAIR_H

#include "core/registry.h"

enum repair_kind {		/* as enum RepairKind of the varlink interface */
	REPAIR_PIN,		/* pin it, or acknowledge that klpd has pinned it again */
	REPAIR_RENAME,		/* rename its directory back */
	REPAIR_TAKE_OUT,	/* it leaves, by a change */
	REPAIR_REMOVE,		/* remove pins of nothing in force */
	REPAIR_LEAVE,		/* nothing can be done; the text tells why */
	_REPAIR_KIND_MAX
};

struct repair_action {
	enum repair_kind kind;
	struct patch *patch;	/* of the registry or incomplete; freed once it has left */
	char *name;		/* its name, owned */
	char *text;		/* a sentence, owned */
	int error;		/* the result: 0 or a negative errno */
};

struct repair {
	struct repair_action *actions;
	size_t n;
};

/* Determine the actions. Changes nothing. -ENOMEM. */
int repair_plan(const struct registry *reg, struct repair *ret);
void repair_done(struct repair *r);
/*
 * Carry out all actions but REPAIR_TAKE_OUT. Errors are stored in the actions; the first one is
 * returned. Each action is followed by a fault point of phase PIN (fault.h), from REPAIR_POINT on.
 */
#define REPAIR_POINT	100
int repair_run(struct registry *reg, struct repair *r);
/*
 * The patches that leave with this consistency. Incomplete ones are moved into the registry for it,
 * as in force. Returns their number.
 */
size_t repair_leaving(struct registry *reg, const struct repair *r, uint32_t consistency,
		      struct patch *ret[static KLP_GATE_SLOTS]);
const char *repair_kind_to_string(enum repair_kind kind);

#endif
