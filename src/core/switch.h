/* SPDX-License-Identifier: GPL-2.0-only */
/* The phase SWITCH of a change. See switch.c. */
#ifndef KLPD_CORE_SWITCH_H
#define KLPD_CORE_SWITCH_H

#include "core/transaction.h"

/* As a step of transaction_run(). Immediate: in force after it; per task: t->number moves tasks. */
int switch_run(struct transaction *t, struct report *report);
/* The transition ended in reverse: fill t->refusal if it never began, because a callback refused it
 * or the companion could not. */
void switch_look_refused(struct transaction *t);
/* Tables as they were. */
void switch_undo(struct transaction *t);

#endif
