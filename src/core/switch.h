/* SPDX-License-Identifier: GPL-2.0-only */
/* Phase SWITCH of a change. */
#ifndef KLPD_CORE_SWITCH_H
#define KLPD_CORE_SWITCH_H

#include "core/transaction.h"

/*
 * A step of transaction_run(). Immediate: the change is in force afterwards. Per task: transition
 * t->number is moving tasks.
 */
int switch_run(struct transaction *t, struct report *report);
/*
 * Called when the transition ended in reverse. Fills t->refusal if it never began, because a
 * callback refused it or the companion could not start it.
 */
void switch_look_refused(struct transaction *t);
/* Restore the struct_ops instances. */
void switch_undo(struct transaction *t);

#endif
