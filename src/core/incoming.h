/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One set on its way into force, from its file to its pins: what phases PLAN to PIN make of it. A
 * change has any number of them, and each phase runs over all before the next begins.
 */
#ifndef KLPD_CORE_INCOMING_H
#define KLPD_CORE_INCOMING_H

#include "core/registry.h"

struct object;
struct target;

struct incoming {
	struct patch
		*patch; /* ours; once it is in force the registry's, and nothing below is left */
	void *file;
	size_t file_size;
	struct object *object;
	struct klp_uapi_func *funcs;	/* one for each function of the metadata */
	bool *native;			/* the kernel lets it attach without opening */
	struct target
		*found; /* what is known of them; of the targets of the registry, until LOAD */
	bool shared[KLP_TABLES_MAX];	/* this table's link is that of a set that leaves */
	bool pinned;
};

/*
 * In this order. Each: 0, an outcome or -errno, told in *report; its undo is right after a failure
 * in the middle of it, and twice. `point` counts the points of a phase (fault.h).
 */
/* hash: it must be this file; NULL: any. OUTCOME_FILE_CHANGED, and what trust_read_patch() has. */
int incoming_read(struct incoming *e, const char *path, const uint8_t *hash, struct report *report);
/* The set has its consistency, slot and serial by now. */
int incoming_resolve(struct incoming *e, struct registry *reg, struct patch *const *leave,
		     size_t n_leave, struct report *report);

/*
 * What incoming_resolve() is made of, for who looks on after a failure (check.c). Each function,
 * callback and table is looked at, and its program selected for loading; again selected once the
 * object is a fresh one. Rivals: *ret is the first function not `known` (may be NULL) that somebody
 * else has.
 */
int incoming_resolve_begin(struct incoming *e, struct registry *reg, struct targets **ret,
			   struct report *report);
int incoming_resolve_func(struct incoming *e, struct registry *reg, struct targets *targets,
			  size_t i, struct report *report);
int incoming_resolve_foreign(struct incoming *e, struct registry *reg, const bool *known,
			     size_t *ret, struct report *report);
/* OUTCOME_FTRACE_OFF: nothing of a function would be called. */
int incoming_resolve_ftrace(const struct incoming *e, struct report *report);
/* OUTCOME_CONFLICT, OUTCOME_META_INVALID: *ret is a function that has another name, by which it is
 * patched already, by a set that does not leave or by this one. */
int incoming_resolve_aliases(struct incoming *e, struct registry *reg, struct patch *const *leave,
			     size_t n_leave, size_t *ret, struct report *report);
int incoming_select(struct incoming *e, size_t i, struct report *report);
/* The outcome for -ELOOP or -EOWNERDEAD of the companion. */
int incoming_out_of_reach(int error, const char *symbol, struct report *report);
int incoming_select_callback(struct incoming *e, size_t i, struct report *report);
int incoming_resolve_table(struct incoming *e, struct targets *targets, size_t i,
			   struct report *report);
int incoming_select_table(struct incoming *e, size_t i, struct report *report);

int incoming_load(struct incoming *e, struct registry *reg, unsigned int *point,
		  struct report *report);
void incoming_load_undo(struct incoming *e);
int incoming_announce(struct incoming *e, struct registry *reg, unsigned int *point,
		      struct report *report);
void incoming_announce_undo(struct incoming *e, struct registry *reg);
/* leave: the sets whose place it takes. */
int incoming_attach(struct incoming *e, struct patch *const *leave, size_t n_leave,
		    unsigned int *point, struct report *report);
/* True if a link was attached: somebody may still stand in its program. */
bool incoming_attach_undo(struct incoming *e);
int incoming_pin(struct incoming *e, unsigned int *point, struct report *report);
void incoming_pin_undo(struct incoming *e, struct registry *reg);

/* Let go of all but the set. */
void incoming_built(struct incoming *e);

#endif
