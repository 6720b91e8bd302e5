/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to effect-func.c and effect-foreign.c: what ftrace lists about the functions of all
 * patches.
 */
#ifndef KLPD_CORE_EFFECT_LOOK_H
#define KLPD_CORE_EFFECT_LOOK_H

#include "core/registry.h"
#include "core/warning.h"
#include "kern/ftrace.h"

struct place {			/* of one function; parallel to struct ftrace_func */
	struct patch *patch;
	size_t func;
	bool judged;		/* the patch is in force, the function present */
	int error;		/* why it is not known whether the function is present; 0: it is known */
};

struct look {
	struct registry *registry;
	struct ftrace_func *funcs;	/* owned */
	struct place *places;	/* owned */
	size_t n;
	bool off;		/* ftrace is switched off */
	int error;		/* why ftrace's list could not be read; 0: it was read */
	int unnamed;		/* why names were not learned, as from registry_targets(); 0: they were */
};

enum look_call {
	LOOK_CALLED,		/* a body of klpd's is called there, as far as the list tells */
	LOOK_NOT_CALLED,
	LOOK_UNKNOWN,		/* the list was not read, or the name in it is not known */
};

/* Read the list once for all patches. -ENOMEM; another failure is kept in *ret. */
int look_make(struct registry *reg, struct look *ret);
void look_done(struct look *l);
enum look_call look_call(const struct look *l, size_t i);
const struct meta_func *look_func(const struct look *l, size_t i);
/* Whether its body is called by the companion. */
bool look_is_ops(const struct look *l, size_t i);

#endif
