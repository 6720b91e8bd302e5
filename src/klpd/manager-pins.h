/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the manager that watches pins, restores them and repairs. */
#ifndef KLPD_KLPD_MANAGER_PINS_H
#define KLPD_KLPD_MANAGER_PINS_H

#include "core/repair.h"
#include "klpd/manager.h"

/*
 * Check the pins now (core/keep.h), log what is new, and watch the directories that exist from now
 * on.
 */
void manager_keep(struct manager *m);
void manager_pins_done(struct manager *m);
/*
 * Cancel changes and checks that are being prepared, then pin what can be pinned before klpd ends.
 * Log the patches that end with klpd. True if there are none.
 */
bool manager_stop(struct manager *m);
/* Plan a repair. Return: as repair_plan(); OUTCOME_BUSY while a change runs. */
int manager_plan_repair(struct manager *m, struct repair *ret, struct report *report);

/* What a repair does if it has to begin a change; see manager_change(). */
struct manager_repair {
	uint64_t timeout_usec;
	bool wait;
	struct manager_waiter waiter;
};

/*
 * Run a planned repair. *ret_runs is true if the repair began a change; waiter.done() is then
 * called as for manager_change(). It is false if no patch has to leave task by task; the repair is
 * then finished on return.
 *
 * Return: as manager_change().
 */
int manager_repair(struct manager *m, struct repair *repair, const struct manager_repair *change,
		   bool *ret_runs, struct report *report);

#endif
