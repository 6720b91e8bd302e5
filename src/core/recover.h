/* SPDX-License-Identifier: GPL-2.0-only */
/* From what the kernel holds (pins, gates, companion) to the registry of a klpd that never died. */
#ifndef KLPD_CORE_RECOVER_H
#define KLPD_CORE_RECOVER_H

#include "core/transaction.h"

/*
 * Fill the registry, replacing what it held, and take away what can never be in force. *ret is the
 * transition that is under way, NULL if none. What cannot be understood is left alone and told in
 * the registry's warnings. Errors: told in *report; the registry is then empty.
 */
int recover_run(struct registry *reg, struct transaction **ret, struct report *report);

#endif
