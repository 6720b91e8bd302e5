/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of effect.c: whether the bodies of functions in force are called, and who else decides. */
#ifndef KLPD_CORE_EFFECT_FUNC_H
#define KLPD_CORE_EFFECT_FUNC_H

#include "core/warning.h"
#include "core/registry.h"

/* Appends to *ret. One pass over ftrace's list and one over all BPF links, whatever is in force.
 * -ENOMEM. */
int effect_funcs(struct registry *reg, struct warnings *ret);

#endif
