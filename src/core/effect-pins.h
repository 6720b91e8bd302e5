/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to effect.c: warnings about pins and about patches that recovery left alone. */
#ifndef KLPD_CORE_EFFECT_PINS_H
#define KLPD_CORE_EFFECT_PINS_H

#include "core/warning.h"
#include "core/registry.h"

/* Append the warnings, as of the last keep_look(). Returns 0 or -ENOMEM. */
int effect_pins(const struct registry *reg, struct warnings *ret);

#endif
