/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One set on its way into force, from its file to its pins: what phases PLAN to PIN make of it. A
 * change has any number of them, and each phase runs over all before the next begins.
 */
#ifndef KLPD_CORE_ENTERING_H
#define KLPD_CORE_ENTERING_H

#include "core/world.h"

struct object;
struct target;

struct entering {
	struct set *set;	/* ours; once it is in force the world's, and nothing below is left */
	void *file;
	size_t file_size;
	struct object *object;
	struct klp_uapi_func *funcs;	/* one for each function of the metadata */
	bool *native;			/* the kernel lets it attach without opening */
	struct target *found;		/* what is known of them; of the targets of the world, until LOAD */
	bool shared[KLP_TABLES_MAX];	/* this table's link is that of a set that leaves */
	bool pinned;
};

/*
 * In this order. Each: 0, an outcome or -errno, told in *report; its undo is right after a failure
 * in the middle of it, and twice. `point` counts the points of a phase (fault.h).
 */
/* hash: it must be this file; NULL: any. OUTCOME_FILE_CHANGED, and what trust_read_patch() has. */
int entering_read(struct entering *e, const char *path, const uint8_t *hash,
		  struct report *report);
/* The set has its consistency, slot and serial by now. */
int entering_look(struct entering *e, struct world *w, struct set *const *leave, size_t n_leave,
		  struct report *report);

/*
 * What entering_look() is made of, for who looks on after a failure (check.c). Each function,
 * callback and table is looked at, and its program selected for loading; again selected once the
 * object is a fresh one. Rivals: *ret is the first function not `known` (may be NULL) that somebody
 * else has.
 */
int entering_look_begin(struct entering *e, struct world *w, struct targets **ret,
			struct report *report);
int entering_look_func(struct entering *e, struct world *w, struct targets *targets, size_t i,
		       struct report *report);
int entering_look_rivals(struct entering *e, struct world *w, const bool *known, size_t *ret,
			 struct report *report);
/* OUTCOME_FTRACE_OFF: nothing of a function would be called. */
int entering_look_ftrace(const struct entering *e, struct report *report);
/* OUTCOME_CONFLICT, OUTCOME_META_INVALID: *ret is a function that has another name, by which it is
 * patched already, by a set that does not leave or by this one. */
int entering_look_aliases(struct entering *e, struct world *w, struct set *const *leave, size_t n_leave,
			  size_t *ret, struct report *report);
int entering_select(struct entering *e, size_t i, struct report *report);
/* The outcome for -ELOOP or -EOWNERDEAD of the companion. */
int entering_out_of_reach(int error, const char *symbol, struct report *report);
int entering_select_callback(struct entering *e, size_t i, struct report *report);
int entering_look_table(struct entering *e, struct targets *targets, size_t i,
			struct report *report);
int entering_select_table(struct entering *e, size_t i, struct report *report);

int entering_load(struct entering *e, struct world *w, unsigned int *point, struct report *report);
void entering_load_undo(struct entering *e);
int entering_announce(struct entering *e, struct world *w, unsigned int *point,
		      struct report *report);
void entering_announce_undo(struct entering *e, struct world *w);
/* leave: the sets whose place it takes. */
int entering_attach(struct entering *e, struct set *const *leave, size_t n_leave, unsigned int *point,
		    struct report *report);
/* True if a link was attached: somebody may still stand in its program. */
bool entering_attach_undo(struct entering *e);
int entering_pin(struct entering *e, unsigned int *point, struct report *report);
void entering_pin_undo(struct entering *e, struct world *w);

/* Let go of all but the set. */
void entering_built(struct entering *e);

#endif
