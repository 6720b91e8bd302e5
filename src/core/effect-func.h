/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to effect.c: whether the bodies in force are called, and which foreign hooks decide too.
 */
#ifndef KLPD_CORE_EFFECT_FUNC_H
#define KLPD_CORE_EFFECT_FUNC_H

#include "core/warning.h"
#include "core/registry.h"

/*
 * Append the warnings to *ret. Costs one pass over ftrace's list and one over all BPF links,
 * whatever the number of functions. -ENOMEM.
 */
int effect_funcs(struct registry *reg, struct warnings *ret);

#endif
