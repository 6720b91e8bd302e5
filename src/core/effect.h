/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether what is in force has its effect: the kernel runs its bodies, on every call that they are
 * to have, and nobody else decides. The kernel is asked each time; nothing is remembered.
 */
#ifndef KLPD_CORE_EFFECT_H
#define KLPD_CORE_EFFECT_H

#include "core/warning.h"
#include "core/registry.h"

/* All there is to warn of now, what recovery met included, appended to *ret. -ENOMEM. */
int effect_look(struct registry *reg, struct warnings *ret);

#endif
