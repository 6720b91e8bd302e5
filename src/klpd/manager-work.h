/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the manager that has patch files read: changes until they switch, and checks. */
#ifndef KLPD_KLPD_MANAGER_WORK_H
#define KLPD_KLPD_MANAGER_WORK_H

#include "klpd/manager.h"

/* The change that is being prepared: not yet switched, and its file is read; NULL: none is. */
const struct transaction *manager_prepared(const struct manager *m);
/* PLAN to SWITCH of t, which is taken over. As manager_change(). */
int manager_prepare(struct manager *m, struct transaction *t, bool wait,
		    const struct manager_waiter *waiter);
/*
 * Ask what a change would be refused for. 0: checked() is called once, when it is this one's turn and
 * the file is read: with a check that is the callee's, or with an outcome or -errno of check_run() or
 * OUTCOME_CANCELLED, told in *report. -ENOMEM: it is never called.
 */
int manager_check(struct manager *m, const struct check_request *request, const void *client,
		  void (*checked)(int result, struct check *check, struct report *report,
				  void *userdata),
		  void *userdata);
/* The registry is about to change: a check that has begun is given up, and begins anew afterwards. No
 * change may be in preparation. */
void manager_give_way(struct manager *m);
/* The change that is being prepared ends with OUTCOME_CANCELLED, and why. False: there is none. */
bool manager_cancel(struct manager *m, const char *why);
/* What this client, which is gone, asked for and what has not switched yet is cancelled. */
void manager_client_gone(struct manager *m, const void *client);
/* All that is being prepared, or is to be checked, is cancelled. */
void manager_work_done(struct manager *m);

#endif
