/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to effect-func.c: which foreign hooks decide too. */
#ifndef KLPD_CORE_EFFECT_FOREIGN_H
#define KLPD_CORE_EFFECT_FOREIGN_H

#include "core/effect-look.h"

/* Append the warnings to *ret. Costs one pass over all BPF links. -ENOMEM. */
int effect_foreign(const struct look *l, struct warnings *ret);

#endif
