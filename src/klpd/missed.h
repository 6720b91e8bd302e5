/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that ran the original although the patch was attached, as the kernel counts them. */
#ifndef KLPD_KLPD_MISSED_H
#define KLPD_KLPD_MISSED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/registry.h"

/* Of all functions of the set, now. */
uint64_t missed_count(const struct patch *s);
/* Look at all counters; the first rise of each set is logged. True if any has risen since the last
 * look. */
bool missed_look(struct registry *reg);

#endif
