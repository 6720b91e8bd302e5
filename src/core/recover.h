/* SPDX-License-Identifier: GPL-2.0-only */
/* From what the kernel holds (pins, gates, companion) to the world of a klpd that never died. */
#ifndef KLPD_CORE_RECOVER_H
#define KLPD_CORE_RECOVER_H

#include "core/transaction.h"

/*
 * Fill the world, replacing what it held, and take away what can never be in force. *ret is the
 * transition that is under way, NULL if none. What cannot be understood is left alone and told in
 * the world's warnings. Errors: told in *report; the world is then empty.
 */
int recover_run(struct world *w, struct transaction **ret, struct report *report);

#endif
