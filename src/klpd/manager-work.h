/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the manager that has patch files read: changes until they switch, and checks. */
#ifndef KLPD_KLPD_MANAGER_WORK_H
#define KLPD_KLPD_MANAGER_WORK_H

#include "klpd/manager.h"

/*
 * The change that is being prepared: its file is read, and it has not switched yet. NULL if there
 * is none.
 */
const struct transaction *manager_prepared(const struct manager *m);
/* Run the phases PLAN to SWITCH of t, and take t over. Return: as manager_change(). */
int manager_prepare(struct manager *m, struct transaction *t, bool wait,
		    const struct manager_waiter *waiter);
/*
 * Queue a check: find what a change would be refused for.
 *
 * Return: 0 if checked() will be called, exactly once, after earlier checks and after the file is
 *   read; -ENOMEM if it will never be called. checked() gets either a check, which is valid only
 *   during the call, or a result that *report explains: an outcome or -errno of check_run(), or
 *   OUTCOME_CANCELLED.
 */
int manager_check(struct manager *m, const struct check_request *request, const void *client,
		  void (*checked)(int result, struct check *check, struct report *report,
				  void *userdata),
		  void *userdata);
/*
 * Call before the registry changes: a check that has begun is stopped and starts again afterwards.
 * No change may be in preparation.
 */
void manager_give_way(struct manager *m);
/*
 * Cancel the change that is being prepared with OUTCOME_CANCELLED and `why`. False if there is
 * none.
 */
bool manager_cancel(struct manager *m, const char *why);
/* Cancel the requests of a client that has disconnected, unless they have switched already. */
void manager_client_gone(struct manager *m, const void *client);
/* Cancel everything that is being prepared or waits to be checked. */
void manager_work_done(struct manager *m);

#endif
