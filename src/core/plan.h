/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The planner: (sets in force, request) to what enters and what leaves, or a named refusal. A pure
 * function: no system call, no log, nothing kept.
 */
#ifndef KLPD_CORE_PLAN_H
#define KLPD_CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/metadata.h"

enum change_verb {
	CHANGE_ENABLE,
	CHANGE_REPLACE,
	CHANGE_DISABLE,
	CHANGE_ROLLBACK,
	CHANGE_REPAIR, /* what cannot be taken over leaves, see repair.h; not planned here */
	_CHANGE_MAX
};

struct plan_patch {		/* one patch that exists now */
	const struct meta *meta;
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t slot;		/* gates bit, if immediate */
	uint64_t serial;	/* different for all sets that ever were in force */
};

struct plan_before {		/* one that was in force in the generation before */
	const struct meta *meta;	/* of its file; not looked at if it still is in force */
	uint32_t consistency;	/* that it had */
	uint64_t serial;
};

/* So many sets are never in force, and no more can enter or leave at once. */
#define PLAN_PATCHES_MAX	64

struct plan_request {
	enum change_verb verb;
	const struct meta *meta;	/* of the file; NULL for disable and rollback */
	const char *name;		/* disable: which; otherwise NULL */
	const struct plan_before *before;	/* rollback: what was in force; NULL: not known */
	size_t n_before;
	bool immediate;			/* asked for by the caller (ignored by disable, rollback) */
	bool companion;			/* it is there and we speak its ABI */
	bool companion_older; /* which is one before ours: sets leave by it, none enters */
	bool deadline;			/* the caller gives it a time, then it is reversed */
	bool changing;			/* another change runs */
	uint64_t taken; /* gates bits that none of the sets has and none may be given */
};

struct plan {
	enum change_verb verb;	/* an enable of a patch that says replace=yes is a CHANGE_REPLACE */
	uint32_t consistency;	/* of the whole change */
	size_t n_enter;		/* the patch of the request; for a rollback any number */
	struct {
		size_t index;	/* into plan_request.before, if it is a rollback */
		uint32_t slot;	/* free gates bit, if immediate */
	} enter[PLAN_PATCHES_MAX];
	size_t n_leave;
	size_t leave[PLAN_PATCHES_MAX];	/* indices of the sets that go out of force */
};

/*
 * 0 and *ret, or: OUTCOME_BUSY, OUTCOME_ALREADY_ENABLED (enable of a name in force; replace by the
 * same name and the same version is allowed, as in kernel livepatch, but not across patch sets),
 * OUTCOME_NO_SUCH_PATCH, OUTCOME_CONFLICT (it touches a function or brings a table of a set in
 * force that it does not replace; detail names the other patch), OUTCOME_STATE_INCOMPATIBLE,
 * OUTCOME_STRICT (strict patch with an fmod_ret body), OUTCOME_STICKY (disable of a sticky patch; a
 * deadline for one that enters), OUTCOME_CONSISTENCY (per-task-only patch, guard body or callback
 * with --immediate; sets that leave have another consistency than the change), OUTCOME_NO_COMPANION
 * (per-task wanted, none there, or an older one by which a set would enter),
 * OUTCOME_UNSUPPORTED (replace body, fmod_ret body in a module or at
 * a position above 1, more sets than there are slots or records), OUTCOME_NO_PREVIOUS (rollback: it
 * is not known what was in force before, or it is what is in force now).
 *
 * A replace takes the place of all sets in force whose patch names the same patch set (meta->set).
 *
 * System states, as kernel livepatch, within one patch set: for each state of each set in force, an
 * entering patch that has the id needs a version not lower; one that lacks it may enable beside it,
 * but not replace it. A state that a patch of another patch set has cannot be carried at all.
 *
 * A sticky patch has states that cannot be undone, so it leaves by a replace alone: that one
 * carries its states, by the rule above, and so answers for them, be it sticky itself or not.
 *
 * A rollback goes from what is in force to what was, whatever change lies between: who is in force
 * and was not leaves; who was and is not enters, with the consistency it had, in the order it came.
 * Each that enters is beside those that stay and those that enter before it as in an enable; where
 * anything enters, the states of each that leaves must be carried by one that enters, as in a
 * replace; where nothing does, it is a disable.
 */
int plan_make(const struct plan_patch *patches, size_t n_patches,
	      const struct plan_request *request, struct plan *ret, struct report *report);

/*
 * The same rules for an enable or a replace, all of them though one says no: what plan_make() would
 * refuse it for is the first in *problems. The plan is what it would be if nothing said no. Whether
 * another change runs is not looked at. 0 or -errno.
 */
int plan_survey(const struct plan_patch *patches, size_t n_patches,
		const struct plan_request *request, struct plan *ret, struct report_list *problems);

/* One of them has this serial. */
bool plan_patch_in_force(const struct plan_patch *patches, size_t n_patches, uint64_t serial);

const char *change_verb_to_string(enum change_verb verb);

#endif
