/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The patches that exist, the gates word and the companion, as klpd knows them. Filled by
 * recover.c, changed by transaction.c, read everywhere.
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

/* All slots and all records in use: there cannot be more patches. */
#define REGISTRY_PATCHES_MAX	(KLP_GATE_SLOTS + KLP_RECORDS_MAX)
#define REGISTRY_WARNINGS_MAX	64

struct registry {
	struct gate *gate;
	struct companion *companion;	/* NULL: none usable, see companion_report */
	struct report companion_report;
	struct patch *patches[REGISTRY_PATCHES_MAX];	/* owned, in order of serial */
	size_t n_patches;
	struct stale_pins {		/* what could not be removed: pins, or a registration */
		uint64_t serial;	/* of the pins; 0: none */
		uint64_t id;		/* of a registration of the companion; 0: none */
		uint64_t gates_mask;	/* bit that must stay closed: the links still exist */
		struct patch *patch; /* owned; forced, and its programs are not kept for good yet */
	} stale_pins[REGISTRY_PATCHES_MAX];
	size_t n_stale_pins;
	struct incomplete_patch {		/* what recovery left alone (JUDGE_LEAVE) */
		struct patch *patch;	/* owned; with the links that are known */
		char *why;		/* owned; continues "Pins gen-N of patch 'NAME' " */
		struct judge_facts facts;	/* on which the verdict is based */
	} incomplete_patches[REGISTRY_PATCHES_MAX];
	size_t n_incomplete;
	/*
	 * Bits of the gates word that bodies in the kernel read; no patch may be given them.
	 */
	uint64_t taken;
	/* Whether pins can be made: 0, or the error of bpffs_check_system() or pin_init(). */
	int place;
	bool gate_repinned;	/* klpd has pinned the gates word again since recovery */
	/*
	 * Why the last recovery failed, so that the registry is as before it; "": it did not fail.
	 */
	char stale[128];
	struct targets *targets;	/* NULL: not read, or freed again */
	/* Use of `targets` by a change or a check that is being prepared. */
	enum registry_use {
		REGISTRY_FREE,
		REGISTRY_USED,
		REGISTRY_PAUSED,		/* it waits while others use them */
	} use;
	struct target_module *aside;	/* the modules of the paused user */
	/* Recovery could not determine the state of some patches. */
	bool recovery_incomplete;
	char *warnings[REGISTRY_WARNINGS_MAX];	/* of recovery, as sentences */
	size_t n_warnings;
};

/*
 * Open the bpffs tree, the gates word and, if it is loaded, the companion. Outcomes are described
 * in *report.
 */
int registry_new(struct registry **ret, struct report *report);
struct registry *registry_free(struct registry *reg);
DEFINE_CLEANUP(struct registry, registry_free);

/* Look for the companion if there is none yet. True: it has become usable. */
bool registry_find_companion(struct registry *reg);
/*
 * Whether the companion has klpd's own ABI. If its ABI is older, patches can only leave.
 */
bool registry_can_enter(const struct registry *reg);
/* Takes ownership of the patch. -ENOSPC. */
int registry_add(struct registry *reg, struct patch *s);
/*
 * Returns ownership of the patch to the caller. -ENOENT: the registry does not have it.
 */
int registry_remove(struct registry *reg, struct patch *s);
/* Patch by name, preferably one that is not LEAVING; NULL: none. */
struct patch *registry_find(const struct registry *reg, const char *name);
/* Patch by the id of its record; NULL: none. */
struct patch *registry_find_id(const struct registry *reg, uint64_t id);
/* Drop all patches, stale pins and warnings: their fds are closed, their pins are not touched. */
void registry_clear(struct registry *reg);
/* A second registry without patches that shares gates and companion with this one. */
struct registry *registry_beside(struct registry *reg);
/* Replace the contents of reg by those of `beside`, and free `beside`. */
void registry_become(struct registry *reg, struct registry *beside);
struct registry *registry_free_beside(struct registry *beside);
/* Record that the recovery of a patch is incomplete; takes ownership of it and of `why`. NULL: no
 * room, both are freed. */
struct incomplete_patch *registry_leave_alone(struct registry *reg, struct patch *s, char *why);
/* Patch with incomplete recovery by name; NULL: none. */
struct incomplete_patch *registry_find_incomplete(struct registry *reg, const char *name);
void registry_warn(struct registry *reg, const char *format, ...) _printf_(2, 3);
/* Remember pins that could not be removed, for retire_stale_pins(). */
void registry_add_stale_pins(struct registry *reg, uint64_t serial, uint64_t gates_mask);
/* The same for a registration that the companion did not take back. */
void registry_leave_registered(struct registry *reg, uint64_t id);
/* The same for a whole patch, of which it takes ownership. */
void registry_add_stale_patch(struct registry *reg, struct patch *s);
/*
 * What the kernel tells about its functions. Reading it takes a second or more, and keeping it
 * takes megabytes. It is constant while the kernel runs, except for modules: those are read again
 * on each call, unless the targets are in use. Kept until registry_forget_targets(). Returns as
 * targets_new().
 */
int registry_targets(struct registry *reg, struct targets **ret, struct report *report);
/* Frees the targets, unless they are in use. */
void registry_forget_targets(struct registry *reg);
/*
 * Between registry_use() and registry_release() the result of registry_targets() is stable. A user
 * may pause in between: others then see modules as they are at that time, and registry_go_on()
 * restores what the paused user had.
 */
void registry_use(struct registry *reg);
void registry_release(struct registry *reg);
void registry_pause(struct registry *reg);
void registry_go_on(struct registry *reg);
/* Serial for the next patch: higher than any in use and than the generation. */
int registry_next_serial(const struct registry *reg, uint64_t *ret);

#endif
