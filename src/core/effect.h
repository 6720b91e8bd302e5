/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the patches in force take effect: the kernel runs their bodies on every call that is
 * meant to reach them, and no foreign hook overrules them. The kernel is asked each time; nothing
 * is cached.
 */
#ifndef KLPD_CORE_EFFECT_H
#define KLPD_CORE_EFFECT_H

#include "core/warning.h"
#include "core/registry.h"

/* Append all current warnings to *ret, including those of recovery. -ENOMEM. */
int effect_look(struct registry *reg, struct warnings *ret);

#endif
