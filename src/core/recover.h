/* SPDX-License-Identifier: GPL-2.0-only */
/* Rebuild the registry from the state that the kernel holds: pins, gates word, companion. */
#ifndef KLPD_CORE_RECOVER_H
#define KLPD_CORE_RECOVER_H

#include "core/transaction.h"

/*
 * Replace the contents of the registry by the state read from the kernel, and remove what can never
 * be in force. *ret is the transition that is running, NULL if none is. What cannot be understood
 * is left alone and listed in the registry's warnings. On an error, described in *report, the
 * registry keeps its former contents.
 */
int recover_run(struct registry *reg, struct transaction **ret, struct report *report);

#endif
