/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The planner: decides from the patches in force and a request which patches enter and which leave,
 * or refuses the request with a named outcome. A pure function: no system call, no log, no state
 * kept.
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
	CHANGE_REPAIR, /* removes patches that cannot be repaired, see repair.h; not planned */
	_CHANGE_MAX
};

struct plan_patch {		/* a patch that exists now */
	const struct meta *meta;
	uint32_t consistency;	/* KLP_CONSISTENCY_* */
	uint32_t slot;
	uint64_t serial;	/* unique among all patches that were ever in force */
};

struct plan_previous {		/* a patch of the previous generation */
	const struct meta *meta;	/* from its file; unused if the patch is still in force */
	uint32_t consistency;	/* with which it was in force */
	uint64_t serial;
};

/* Upper bound of patches in force, and of those that enter or leave in one change. */
#define PLAN_PATCHES_MAX	KLP_PATCHES_MAX

struct plan_request {
	enum change_verb verb;
	const struct meta *meta;	/* from the file; NULL for disable and rollback */
	const char *name;		/* disable: the patch; otherwise NULL */
	/* Rollback: the patches of the previous generation; NULL: not known. */
	const struct plan_previous *previous;
	size_t n_previous;
	/* The caller asks for immediate consistency. Ignored by disable and rollback. */
	bool immediate;
	bool companion;			/* klp.ko is loaded with an ABI that klpd supports */
	bool companion_older; /* ABI one version older: patches can leave, none can enter */
	bool deadline;			/* the caller sets a timeout that reverses the transition */
	bool changing;			/* another change is running */
	uint64_t taken; /* gates bits in use by no patch above, not to be assigned */
};

struct plan {
	enum change_verb verb;	/* an enable of a patch with replace=yes becomes CHANGE_REPLACE */
	uint32_t consistency;	/* of the whole change */
	size_t n_enter;		/* 1: the patch of the request; rollback: any number */
	struct {
		size_t index;	/* rollback: into plan_request.previous */
		uint32_t slot;	/* immediate: a free gates bit */
	} enter[PLAN_PATCHES_MAX];
	size_t n_leave;
	size_t leave[PLAN_PATCHES_MAX];	/* indices of the patches that leave */
};

/*
 * Plan a change. Returns 0 and fills *ret, or one of these outcomes:
 *
 * - OUTCOME_BUSY: another change is running.
 * - OUTCOME_ALREADY_ENABLED: enable of a name that is in force. A replace by the same name and the
 *   same version is allowed, as in kernel livepatch, but not across patch sets.
 * - OUTCOME_NO_SUCH_PATCH: disable of a name that is not in force.
 * - OUTCOME_CONFLICT: the patch changes a function, or brings a struct_ops instance, of a patch in
 *   force that it does not replace. The detail names the other patch.
 * - OUTCOME_STATE_INCOMPATIBLE: see "System states".
 * - OUTCOME_STRICT: a strict patch has an fmod_ret body.
 * - OUTCOME_STICKY: disable of a sticky patch, or a timeout for a sticky patch that enters.
 * - OUTCOME_CONSISTENCY: a per-task-only patch, a guard or override body or a callback with
 *   --immediate; or patches that leave have another consistency than the change.
 * - OUTCOME_NO_COMPANION: per-task consistency is needed and klp.ko is not loaded, or a patch would
 *   enter through a klp.ko with an older ABI.
 * - OUTCOME_UNSUPPORTED: an fmod_ret body in a module or at a position above 1, more than
 *   PLAN_PATCHES_MAX patches in force, or no free gates bit.
 * - OUTCOME_NO_PREVIOUS: rollback, and the previous patches are not known or are the ones in force.
 *
 * Replace: a replace takes the place of all patches in force of the same patch set (meta->set).
 *
 * System states, as in kernel livepatch, apply within one patch set. For each state of each patch
 * in force, an entering patch that lists the id needs a version that is not lower. An entering
 * patch that lacks the id may be enabled beside that patch but may not replace it. A state that a
 * patch of another patch set has cannot be carried at all.
 *
 * Sticky: a sticky patch has states that cannot be undone, so it leaves only by a replace. The
 * replacing patch carries those states by the rule above and is responsible for them, sticky itself
 * or not.
 *
 * Rollback, whatever the last change was: patches in force now but not in the previous generation
 * leave. Patches in force then but not now enter, with their former consistency and in their former
 * order. Each of them is checked as in an enable beside the patches that stay and the ones that
 * enter before it. If any patch enters, the states of each leaving patch must be carried by an
 * entering one, as in a replace. If none enters, the rules of a disable apply.
 */
int plan_make(const struct plan_patch *patches, size_t n_patches,
	      const struct plan_request *request, struct plan *ret, struct report *report);

/*
 * Check an enable or a replace against all rules and do not stop at the first refusal. The first
 * entry of *problems is what plan_make() would refuse the request for. *ret is the plan that would
 * result without the problems. Does not check whether another change is running. Returns 0 or
 * -errno.
 */
int plan_check_all(const struct plan_patch *patches, size_t n_patches,
		   const struct plan_request *request, struct plan *ret,
		   struct report_list *problems);

/* Whether one of the patches has this serial. */
bool plan_patch_in_force(const struct plan_patch *patches, size_t n_patches, uint64_t serial);

const char *change_verb_to_string(enum change_verb verb);

#endif
