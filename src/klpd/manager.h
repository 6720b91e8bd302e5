/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that lives as long as the daemon: event loop, registry, the one change that may run.
 * Knows nothing of varlink: whoever waits for a change or watches leaves a function behind.
 */
#ifndef KLPD_KLPD_MANAGER_H
#define KLPD_KLPD_MANAGER_H

#include <systemd/sd-event.h>

#include "core/check.h"
#include "core/transaction.h"
#include "core/warning.h"

/* How long a transition may take before it is turned round, unless the caller says otherwise. */
#define MANAGER_TIMEOUT_USEC	(60 * 1000000ULL)

/* How long what was read for one change is kept for the next. */
#define MANAGER_IDLE_USEC	(60 * 1000000ULL)

/* How often the companion is asked, beside its events, whether a transition is over. */
#define MANAGER_FOLLOW_USEC	1000000ULL

/* After a recovery that failed. */
#define MANAGER_RETRY_USEC	(5 * 1000000ULL)

enum manager_event {
	MANAGER_STARTED,	/* a change was switched */
	MANAGER_PROGRESS,	/* tasks have moved, or the transition was turned round */
	MANAGER_COMPLETE,
	MANAGER_REVERSED,	/* complete, with the old sets in force */
	MANAGER_RETIRED,	/* what is out of force is gone */
	MANAGER_OBJECT,		/* a module came or went that a patch is about */
	MANAGER_MISSED,		/* a patch has missed calls since somebody last looked */
	MANAGER_WARNING,	/* there are other warnings than when somebody last looked */
};

/* Who asked for a change, and is told of it: one of the two, once. */
struct manager_waiter {
	/* by manager_client_gone() it is cancelled, as long as it has not switched; NULL: it is not */
	const void *client;
	/* nothing was changed: an outcome or -errno, as *report tells */
	void (*refused)(int result, struct report *report, void *userdata);
	void (*done)(const struct transaction *t, bool complete, void *userdata);
	void *userdata;
};

struct manager_work;

struct manager {
	sd_event *event;
	sd_event_source *companion_source;
	sd_event_source *follow_source;	/* while a transition runs */
	struct registry *registry;
	sd_event_source *idle;		/* when what changes need in memory is given back */
	struct transaction *change;	/* switched, until it is retired; NULL if none runs */
	struct grace *grace;		/* of its RETIRE; NULL: not in it */
	sd_event_source *grace_source;
	/* who asked for it and waits: done() is called once, when it is complete or was reversed, or, if
	 * not done_at_end, when it has begun; NULL: it was */
	struct manager_waiter waiter;
	bool done_at_end;
	/* see manager-work.c: what has a file read now, and the checks that wait for their turn */
	struct manager_work *work, *queue;
	sd_event_source *turn;
	/* what the last look warned of, and how long it took */
	char **told;
	size_t n_told;
	uint64_t look_usec;
	uint64_t bpffs;			/* the device that pins were last read from */
	struct manager_watch *watch;	/* of pins, see manager-pins.c; NULL: none yet */
	sd_event_source *retry;		/* of a recovery that failed */
	/* who watches */
	void (*observe)(enum manager_event event, void *userdata);
	void *observe_userdata;
};

/* Recovers the registry. Failures are told in *report. */
int manager_new(sd_event *event, struct manager **ret, struct report *report);
struct manager *manager_free(struct manager *m);
DEFINE_CLEANUP(struct manager, manager_free);

/* Use a companion that has appeared, see the end of a transition, and try again what could not be
 * recovered; cheap if nothing is new. Not while a file is read for a change or a check. */
void manager_refresh(struct manager *m);
/* Read anew what is in force; no change may run. A failure is told in *report, and what was known stays
 * as it was. */
int manager_recover(struct manager *m, struct report *report);
/* The same, where a failure is warned of, and it is tried again. */
void manager_recover_again(struct manager *m);
/* What was read for changes and checks is given back after a while: they come in rows. */
void manager_rest(struct manager *m);
/* One line for the service manager: what klpd does. */
void manager_tell_systemd(const struct manager *m);
/* Ask the companion now and then whether the transition that runs is over. */
void manager_begin_to_follow(struct manager *m);
/* A change that only waits for programs to be freed ends now. */
void manager_finish(struct manager *m);
/* OUTCOME_BUSY, with the change that runs or is being prepared. */
int manager_busy(const struct manager *m, struct report *report);
/*
 * Begin a change. 0: one function of `waiter` is called exactly once, perhaps before this returns:
 * refused(), or done() when it is complete or reversed if `wait`, otherwise when it is switched.
 * Otherwise an outcome, told in *report, and none of them is ever called; so it is with each refusal of
 * a change that reads no file, disable and repair.
 */
int manager_change(struct manager *m, const struct transaction_request *request, bool wait,
		   const struct manager_waiter *waiter, struct report *report);
/* A change that is switched; takes t over. */
void manager_switched(struct manager *m, struct transaction *t, bool wait,
		      const struct manager_waiter *waiter);
/* All there is to warn of now, appended to *ret; what is new of it is logged and told to the clients
 * that watch. -ENOMEM. */
int manager_look(struct manager *m, struct warnings *ret);
void manager_look_done(struct manager *m);
/* *ret_number is 0 if the change had not switched yet, and is cancelled. */
int manager_reverse(struct manager *m, uint64_t *ret_number, struct report *report);
int manager_force(struct manager *m, uint64_t *ret_number, uint32_t *ret_forced,
		  struct report *report);
uint64_t manager_generation(const struct manager *m);

#endif
