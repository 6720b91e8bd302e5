/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns everything that lives as long as the daemon: the event loop, the registry and the one change
 * that may run. It knows nothing of varlink: callers that wait for a change, and the observer, pass
 * callbacks.
 */
#ifndef KLPD_KLPD_MANAGER_H
#define KLPD_KLPD_MANAGER_H

#include <systemd/sd-event.h>

#include "core/check.h"
#include "core/transaction.h"
#include "core/warning.h"

/* How long a transition may take before it is reversed, unless the caller sets another time. */
#define MANAGER_TIMEOUT_USEC	(60 * 1000000ULL)

/* How long data that one change read from the kernel is kept for the next change. */
#define MANAGER_IDLE_USEC	(60 * 1000000ULL)

/* How often the companion is asked, besides its events, whether a transition is over. */
#define MANAGER_FOLLOW_USEC	1000000ULL

/* How long to wait before a failed recovery is tried again. */
#define MANAGER_RETRY_USEC	(5 * 1000000ULL)

enum manager_event {
	MANAGER_STARTED,	/* a change was switched */
	MANAGER_PROGRESS,	/* tasks have moved, or the transition was reversed */
	MANAGER_COMPLETE,
	MANAGER_REVERSED,	/* complete, with the previous patches in force */
	MANAGER_RETIRED,	/* everything that is out of force is gone */
	MANAGER_OBJECT,		/* a module that a patch covers was loaded or unloaded */
	MANAGER_MISSED,		/* a patch has missed calls since the last look */
	MANAGER_WARNING,	/* the warnings differ from those of the last look */
};

/* The callbacks of a request for a change. Exactly one of refused(), done() is called, once. */
struct manager_waiter {
	/*
	 * manager_client_gone() of this client cancels the change unless it has switched; NULL: it
	 * has no client
	 */
	const void *client;
	/* nothing was changed; result is an outcome or -errno, which *report explains */
	void (*refused)(int result, struct report *report, void *userdata);
	void (*done)(const struct transaction *t, bool complete, void *userdata);
	void *userdata;
};

struct manager_work;

struct manager {
	sd_event *event;
	struct manager_companion *companion;	/* see manager-companion.c; NULL: not listening */
	sd_event_source *follow_source;	/* while a transition runs */
	struct registry *registry;
	sd_event_source *idle;		/* frees the memory that only changes need */
	struct transaction *change;	/* switched, until it is retired; NULL if none runs */
	struct grace *grace;		/* of its RETIRE; NULL if it is not in that phase */
	sd_event_source *grace_source;
	struct grace *stale_grace;	/* of pins that a look removed; NULL: none */
	sd_event_source *stale_grace_source;
	/*
	 * the caller that waits for the change. done() is called once: if done_at_end, when the
	 * change is complete or reversed, otherwise when it has begun. NULL after that call.
	 */
	struct manager_waiter waiter;
	bool done_at_end;
	/* see manager-work.c: the work that reads a file now, and the checks that are queued */
	struct manager_work *work, *queue;
	sd_event_source *turn;
	/* the warnings of the last look, and how long it took */
	char **told;
	size_t n_told;
	uint64_t look_usec;
	uint64_t bpffs;			/* the device that pins were last read from */
	/* watches the pins, see manager-pins.c; NULL before the first */
	struct manager_watch *watch;
	sd_event_source *retry;		/* after a recovery that failed */
	/* the observer of all events */
	void (*observe)(enum manager_event event, void *userdata);
	void *observe_userdata;
};

/* Recover the registry. *report explains failures. */
int manager_new(sd_event *event, struct manager **ret, struct report *report);
struct manager *manager_free(struct manager *m);
DEFINE_CLEANUP(struct manager, manager_free);

/*
 * Notice the end of a transition. Also use a companion that has appeared and retry a failed
 * recovery, unless a change runs or a file is read for a change or a check. Cheap if nothing is
 * new.
 */
void manager_refresh(struct manager *m);
/*
 * Read again what is in force; no change may run. On failure *report explains it, and the registry
 * keeps its contents.
 */
int manager_recover(struct manager *m, struct report *report);
/* manager_recover(), but a failure is logged and the recovery is tried again later. */
void manager_recover_again(struct manager *m);
/* Free what was read for changes and checks after a while, because they often come in series. */
void manager_rest(struct manager *m);
/* Report in one line to the service manager what klpd does. */
void manager_tell_systemd(const struct manager *m);
/* Tell the observer of an event. */
void manager_observe(struct manager *m, enum manager_event event);
/* Take note of what the companion reports about a transition. Its DONE ends the change. */
void manager_take_event(struct manager *m, const struct klp_uapi_event *event);
/* End the change if its transition is over; the event may have been lost. */
void manager_follow(struct manager *m);
/* Begin to ask the companion periodically whether the running transition is over. */
void manager_begin_to_follow(struct manager *m);
/*
 * Complete a change if its transition is over; end a change that only waits for its programs to be
 * freed.
 */
void manager_end_change(struct manager *m);
/* OUTCOME_BUSY, with the change that runs or is being prepared in *report. */
int manager_busy(const struct manager *m, struct report *report);
/*
 * Begin a change. If `wait`, done() is called when the change is complete or reversed, otherwise
 * when it is switched.
 *
 * Return: 0 if one function of `waiter`, refused() or done(), is called exactly once, perhaps
 *   before this function returns. Otherwise an outcome that *report explains; no function of
 *   `waiter` is called then. A change that reads no file (disable, repair) is always refused in
 *   this second way.
 */
int manager_change(struct manager *m, const struct transaction_request *request, bool wait,
		   const struct manager_waiter *waiter, struct report *report);
/* Follow a change that is switched; takes t over. */
void manager_switched(struct manager *m, struct transaction *t, bool wait,
		      const struct manager_waiter *waiter);
/*
 * Append all current warnings to *ret. New ones are logged and sent to the clients that watch. 0 or
 * -ENOMEM.
 */
int manager_look(struct manager *m, struct warnings *ret);
void manager_look_done(struct manager *m);
/* Reverse the running change. *ret_number is 0 if it had not switched yet; it is cancelled then. */
int manager_reverse(struct manager *m, uint64_t *ret_number, struct report *report);
int manager_force(struct manager *m, uint64_t *ret_number, uint32_t *ret_forced,
		  struct report *report);
uint64_t manager_generation(const struct manager *m);

#endif
