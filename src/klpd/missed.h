/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that ran the original although the patch was attached, as the kernel counts them. */
#ifndef KLPD_KLPD_MISSED_H
#define KLPD_KLPD_MISSED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/registry.h"

/* The current count over all functions of the patch. */
uint64_t missed_count(const struct patch *s);
/*
 * Read all counters. The first missed calls of each patch are logged. True if any counter has risen
 * since the last call.
 */
bool missed_look(struct registry *reg);

#endif
