/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the manager that sees to pins: they are watched, made again, and repaired. */
#ifndef KLPD_KLPD_MANAGER_PINS_H
#define KLPD_KLPD_MANAGER_PINS_H

#include "core/repair.h"
#include "klpd/manager.h"

/* Look now (keep.h), log what is new, and watch what is there from now on. */
void manager_keep(struct manager *m);
void manager_pins_done(struct manager *m);
/* What is being prepared is cancelled, and the last look before klpd ends: pins what can be, and says
 * what ends with it. True: nothing. */
bool manager_stop(struct manager *m);
/* What a repair would do. As repair_plan(); OUTCOME_BUSY while a change runs. */
int manager_plan_repair(struct manager *m, struct repair *ret, struct report *report);
/*
 * Do it. As manager_change(), with *ret_runs true if a change was begun, of which done() is told; if
 * nothing has to leave task by task *ret_runs is false, and all is done.
 */
int manager_repair(struct manager *m, struct repair *repair, uint64_t timeout_usec, bool wait,
		   const struct manager_waiter *waiter, bool *ret_runs, struct report *report);

#endif
