/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What klpd holds of the kernel's side: the patches that exist, the gates word, the
 * companion. Filled by recover.c, changed by transaction.c, read by everybody.
 */
#ifndef KLPD_CORE_REGISTRY_H
#define KLPD_CORE_REGISTRY_H

#include <stdbool.h>

#include "core/judge.h"
#include "core/patch.h"
#include "kern/companion.h"
#include "kern/gate.h"
#include "kern/target.h"
#include "shared/paths.h"
#include "shared/report.h"

/* Every slot and every record taken: more sets than that cannot be. */
#define REGISTRY_PATCHES_MAX	(KLP_GATE_SLOTS + KLP_UAPI_PATCHES_MAX)
#define REGISTRY_WARNINGS_MAX	64

struct registry {
	struct gate *gate;
	struct companion *companion;	/* NULL: none that can be used, companion_report says why */
	struct report companion_report;
	struct patch *patches[REGISTRY_PATCHES_MAX];	/* owned, by serial */
	size_t n_patches;
	struct leftover {		/* pins that could not be taken away */
		uint64_t serial;
		uint64_t gate;		/* must stay closed: the links still exist */
		struct patch *patch; /* owned; it was forced, and its programs are not kept yet */
	} leftovers[REGISTRY_PATCHES_MAX];
	size_t n_leftovers;
	struct unjudged {		/* what recovery left alone, see judge.h */
		struct patch *patch;	/* owned; as far as it is known, its links too */
		char *why;		/* owned; what follows "Pins gen-N of patch 'NAME' " */
		struct judge_facts facts;	/* for which it was */
	} unjudged_patches[REGISTRY_PATCHES_MAX];
	size_t n_unjudged;
	uint64_t taken; /* bits of the gates word that no set may be given: bodies read them */
	int place;		/* of pins, as bpffs_check_system() said: 0 is good */
	bool gate_repinned;	/* the gates word was pinned again since recovery */
	char *stale; /* why the last recovery failed, so that this is the picture before; NULL */
	struct targets *targets;	/* NULL: not looked at yet, or forgotten again */
	enum registry_use {		/* of them, by a change or a check that is being prepared */
		REGISTRY_FREE,
		REGISTRY_USED,
		REGISTRY_PAUSED,		/* it waits, and others have their turn */
	} use;
	struct target_module *aside;	/* paused: its modules */
	bool unjudged;		/* there are sets whose state nobody could tell at recovery */
	char *warnings[REGISTRY_WARNINGS_MAX];	/* of recovery: sentences */
	size_t n_warnings;
};

/* bpffs tree, gates word, and the companion if it is there. Outcomes are told in *report. */
int registry_new(struct registry **ret, struct report *report);
struct registry *registry_free(struct registry *reg);
DEFINE_CLEANUP(struct registry, registry_free);

/* Look for the companion if there is none yet: true if it is usable only now. */
bool registry_find_companion(struct registry *reg);
/* A companion of our own ABI is there: by one before sets only leave. */
bool registry_can_enter(const struct registry *reg);
/* Takes the set over. -ENOSPC. */
int registry_add(struct registry *reg, struct patch *s);
/* Out of the registry, back to the caller; -ENOENT changes nothing. */
int registry_remove(struct registry *reg, struct patch *s);
/* Set by the name of its patch, preferably one that is not LEAVING; NULL. */
struct patch *registry_find(const struct registry *reg, const char *name);
/* Set by the companion's id, NULL. */
struct patch *registry_find_id(const struct registry *reg, uint64_t id);
/* Forget all sets, leftovers and warnings (their fds are closed, their pins are not touched). */
void registry_clear(struct registry *reg);
/* A registry beside this one, without sets: gates and companion are those of this one. */
struct registry *registry_beside(struct registry *reg);
/* Take what the registry beside has, and forget what was: frees it. */
void registry_become(struct registry *reg, struct registry *beside);
struct registry *registry_free_beside(struct registry *beside);
/* Leave a set alone: takes it and `why` over. NULL if there is no room, and both are freed. */
struct unjudged *registry_leave_alone(struct registry *reg, struct patch *s, char *why);
/* By the name of the patch, NULL. */
struct unjudged *registry_find_unjudged(struct registry *reg, const char *name);
void registry_warn(struct registry *reg, const char *format, ...) _printf_(2, 3);
/* Remember pins that resist. */
void registry_leave_over(struct registry *reg, uint64_t serial, uint64_t gate);
/* The same of a whole set: takes it over. */
void registry_leave_patch(struct registry *reg, struct patch *s);
/*
 * What the kernel says of its functions. Reading that takes a second or more and megabytes to keep;
 * it does not change while the kernel runs, except what modules add, which is not kept from one
 * call to the next, but while it is in use. Kept until registry_forget_targets(). As targets_new().
 */
int registry_targets(struct registry *reg, struct targets **ret, struct report *report);
/* Does nothing while they are in use. */
void registry_forget_targets(struct registry *reg);
/*
 * Between these two what registry_targets() gave stays as it is. In between one may pause: then others
 * find modules as they are at the time, and what was known of them is there again afterwards.
 */
void registry_use(struct registry *reg);
void registry_release(struct registry *reg);
void registry_pause(struct registry *reg);
void registry_go_on(struct registry *reg);
/* Serial for the next set: higher than any in use and than the generation. */
int registry_next_serial(const struct registry *reg, uint64_t *ret);

#endif
