/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What klpd holds of the kernel's side: the attachment sets that exist, the gates word, the
 * companion. Filled by recover.c, changed by transaction.c, read by everybody.
 */
#ifndef KLPD_CORE_WORLD_H
#define KLPD_CORE_WORLD_H

#include <stdbool.h>

#include "core/judge.h"
#include "core/set.h"
#include "kern/companion.h"
#include "kern/gate.h"
#include "kern/target.h"
#include "shared/paths.h"
#include "shared/report.h"

/* Every slot and every record taken: more sets than that cannot be. */
#define WORLD_SETS_MAX	(KLP_GATE_SLOTS + KLP_UAPI_RECORDS_MAX)
#define WORLD_WARNINGS_MAX	64

struct world {
	struct gate *gate;
	struct companion *companion;	/* NULL: none that can be used, companion_report says why */
	struct report companion_report;
	struct set *sets[WORLD_SETS_MAX];	/* owned, by serial */
	size_t n_sets;
	struct leftover {		/* pins that could not be taken away */
		uint64_t serial;
		uint64_t gate;		/* must stay closed: the links still exist */
		struct set *set;	/* owned; it was forced, and its programs are not kept yet */
	} leftovers[WORLD_SETS_MAX];
	size_t n_leftovers;
	struct unjudged {		/* what recovery left alone, see judge.h */
		struct set *set;	/* owned; as far as it is known, its links too */
		char *why;		/* owned; what follows "Pins gen-N of patch 'NAME' " */
		struct judge_facts facts;	/* for which it was */
	} unjudged_sets[WORLD_SETS_MAX];
	size_t n_unjudged;
	uint64_t taken;		/* bits of the gates word that no set may be given: bodies read them */
	int place;		/* of pins, as bpffs_check_system() said: 0 is good */
	bool gate_repinned;	/* the gates word was pinned again since recovery */
	char *stale;		/* why the last recovery failed, so that this is the picture before; NULL */
	struct targets *targets;	/* NULL: not looked at yet, or forgotten again */
	enum world_use {		/* of them, by a change or a check that is being prepared */
		WORLD_FREE,
		WORLD_USED,
		WORLD_PAUSED,		/* it waits, and others have their turn */
	} use;
	struct target_module *aside;	/* paused: its modules */
	bool unjudged;		/* there are sets whose state nobody could tell at recovery */
	char *warnings[WORLD_WARNINGS_MAX];	/* of recovery: sentences */
	size_t n_warnings;
};

/* bpffs tree, gates word, and the companion if it is there. Outcomes are told in *report. */
int world_new(struct world **ret, struct report *report);
struct world *world_free(struct world *w);
DEFINE_CLEANUP(struct world, world_free);

/* Look for the companion if there is none yet: true if it is usable only now. */
bool world_find_companion(struct world *w);
/* A companion of our own ABI is there: by one before sets only leave. */
bool world_can_enter(const struct world *w);
/* Takes the set over. -ENOSPC. */
int world_add(struct world *w, struct set *s);
/* Out of the world, back to the caller; -ENOENT changes nothing. */
int world_remove(struct world *w, struct set *s);
/* Set by the name of its patch, preferably one that is not LEAVING; NULL. */
struct set *world_find(const struct world *w, const char *name);
/* Set by the companion's id, NULL. */
struct set *world_find_id(const struct world *w, uint64_t id);
/* Forget all sets, leftovers and warnings (their fds are closed, their pins are not touched). */
void world_clear(struct world *w);
/* A world beside this one, without sets: gates and companion are those of this one. */
struct world *world_beside(struct world *w);
/* Take what the world beside has, and forget what was: frees it. */
void world_become(struct world *w, struct world *beside);
struct world *world_free_beside(struct world *beside);
/* Leave a set alone: takes it and `why` over. NULL if there is no room, and both are freed. */
struct unjudged *world_leave_alone(struct world *w, struct set *s, char *why);
/* By the name of the patch, NULL. */
struct unjudged *world_find_unjudged(struct world *w, const char *name);
void world_warn(struct world *w, const char *format, ...) _printf_(2, 3);
/* Remember pins that resist. */
void world_leave_over(struct world *w, uint64_t serial, uint64_t gate);
/* The same of a whole set: takes it over. */
void world_leave_set(struct world *w, struct set *s);
/*
 * What the kernel says of its functions. Reading that takes a second or more and megabytes to keep;
 * it does not change while the kernel runs, except what modules add, which is not kept from one
 * call to the next, but while it is in use. Kept until world_forget_targets(). As targets_new().
 */
int world_targets(struct world *w, struct targets **ret, struct report *report);
/* Does nothing while they are in use. */
void world_forget_targets(struct world *w);
/*
 * Between these two what world_targets() gave stays as it is. In between one may pause: then others
 * find modules as they are at the time, and what was known of them is there again afterwards.
 */
void world_use(struct world *w);
void world_release(struct world *w);
void world_pause(struct world *w);
void world_go_on(struct world *w);
/* Serial for the next set: higher than any in use and than the generation. */
int world_next_serial(const struct world *w, uint64_t *ret);

#endif
