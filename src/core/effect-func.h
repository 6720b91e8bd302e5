/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of effect.c: whether the bodies of functions in force are called, and who else decides. */
#ifndef KLPD_CORE_EFFECT_FUNC_H
#define KLPD_CORE_EFFECT_FUNC_H

#include "core/warning.h"
#include "core/world.h"

/* Appends to *ret. One pass over ftrace's list and one over all BPF links, whatever is in force.
 * -ENOMEM. */
int effect_funcs(struct world *w, struct warnings *ret);

#endif
