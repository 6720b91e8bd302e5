/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A patch on its way into force, from its file to its pins: the work of phases PLAN to PIN for one
 * patch. A change has any number of them, and each phase handles all of them before the next
 * begins.
 */
#ifndef KLPD_CORE_INCOMING_H
#define KLPD_CORE_INCOMING_H

#include "core/registry.h"

struct object;
struct target;

struct incoming {
	/* Owned; once the change is switched the registry owns it, and all else is freed. */
	struct patch *patch;
	void *file;
	size_t file_size;
	struct object *object;
	struct klp_uapi_func *funcs;	/* one per function of the metadata */
	bool *native;			/* the function need not be enabled for fmod_ret */
	/* The resolved functions, until incoming_built(); names belong to registry->targets. */
	struct target *found;
	/* the link of struct_ops instance i is shared with a leaving patch */
	bool shared[KLP_STRUCT_OPS_MAX];
	bool pinned;
};

/*
 * Called in this order. Each function returns 0, an outcome or -errno and describes a failure in
 * *report. An undo function may be called after a partial failure, and more than once. `point`
 * counts the fault points of a phase (fault.h).
 */

/*
 * hash: SHA-256 that the file must have; NULL: any. OUTCOME_FILE_CHANGED, or as trust_read_patch().
 */
int incoming_read(struct incoming *e, const char *path, const uint8_t *hash, struct report *report);
/* Context: consistency, slot and serial of the patch are set. */
int incoming_resolve(struct incoming *e, struct registry *reg, struct patch *const *leave,
		     size_t n_leave, struct report *report);

/*
 * The steps of incoming_resolve(), for check.c, which continues after a failure. Each function,
 * callback and struct_ops instance is looked up and its program selected for loading.
 * incoming_select*() selects it again in a freshly opened object. incoming_resolve_foreign():
 * `known` marks functions to skip and may be NULL. *ret is the first of the others that a foreign
 * hook decides about.
 */
int incoming_resolve_begin(struct incoming *e, struct registry *reg, struct targets **ret,
			   struct report *report);
int incoming_resolve_func(struct incoming *e, struct registry *reg, struct targets *targets,
			  size_t i, struct report *report);
int incoming_resolve_foreign(struct incoming *e, struct registry *reg, const bool *known,
			     size_t *ret, struct report *report);
/* OUTCOME_FTRACE_OFF: ftrace is off, so no body would be called. */
int incoming_resolve_ftrace(const struct incoming *e, struct report *report);
/*
 * OUTCOME_CONFLICT: *ret is a function that a patch which stays in force patches under another
 * name. OUTCOME_META_INVALID: *ret is a function that this patch lists a second time under another
 * name.
 */
int incoming_resolve_aliases(struct incoming *e, struct registry *reg, struct patch *const *leave,
			     size_t n_leave, size_t *ret, struct report *report);
int incoming_select(struct incoming *e, size_t i, struct report *report);
/* Report the outcome for -ELOOP or -EOWNERDEAD of the companion. */
int incoming_out_of_reach(int error, const char *symbol, struct report *report);
int incoming_select_callback(struct incoming *e, size_t i, struct report *report);
int incoming_resolve_struct_ops(struct incoming *e, struct targets *targets, size_t i,
				struct report *report);
int incoming_select_struct_ops(struct incoming *e, size_t i, struct report *report);

int incoming_load(struct incoming *e, struct registry *reg, unsigned int *point,
		  struct report *report);
void incoming_load_undo(struct incoming *e);
int incoming_register(struct incoming *e, struct registry *reg, unsigned int *point,
		      struct report *report);
void incoming_register_undo(struct incoming *e, struct registry *reg);
/* leave: the patches that it replaces. */
int incoming_attach(struct incoming *e, struct patch *const *leave, size_t n_leave,
		    unsigned int *point, struct report *report);
/* True: a link was attached, so a task may still be in its program. */
bool incoming_attach_undo(struct incoming *e);
int incoming_pin(struct incoming *e, unsigned int *point, struct report *report);
void incoming_pin_undo(struct incoming *e, struct registry *reg);

/* Free everything but the patch. */
void incoming_built(struct incoming *e);

#endif
