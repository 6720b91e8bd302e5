/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of effect.c: what is to be said of pins, and of what recovery left alone. */
#ifndef KLPD_CORE_EFFECT_PINS_H
#define KLPD_CORE_EFFECT_PINS_H

#include "core/warning.h"
#include "core/registry.h"

/* As klpd knows it since the last keep_look(). 0 or -ENOMEM. */
int effect_pins(const struct registry *reg, struct warnings *ret);

#endif
