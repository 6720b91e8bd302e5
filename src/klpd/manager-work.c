// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the work that has patch files read, and the queue of checks. The work is either the change
 * that is being prepared or the running check. All other clients are served while it waits for the
 * process that reads its file.
 *
 * Promises that the objects a work points to stay valid as long as it needs them. While a change is
 * prepared, the registry does not change, apart from its pins. A running check is stopped before
 * the registry changes, and starts again afterwards.
 *
 * A change does not wait for a file any more once its programs are loaded. So a cancelled change
 * has registered, attached and pinned nothing.
 */
#include <malloc.h>

#include "klpd/manager-pins.h"
#include "klpd/manager-work.h"
#include "klpd/work.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* Calls of root come first, even if clients ask for one check after another. */
#define PRIORITY_TURN	(SD_EVENT_PRIORITY_NORMAL + 5)

struct manager_work {
	struct work work;
	struct manager *manager;
	struct manager_work *next;	/* in the queue */
	const void *client;		/* NULL: the work ends with no client */
	const char *why;		/* reason of its cancellation, or NULL */
	bool again;			/* the check was stopped and starts again */
	int result;
	struct report report;
	/* a change */
	struct transaction *change;	/* NULL for a check */
	bool wait;
	struct manager_waiter waiter;
	/* a check */
	char *path;
	struct check_request request;
	struct report busy;
	struct check *check;
	void (*checked)(int result, struct check *check, struct report *report, void *userdata);
	void *userdata;
};

static struct manager_work *manager_work_free(struct manager_work *w)
{
	if (!w)
		return NULL;
	transaction_free(w->change);
	if (w->check)
		check_free(w->check);
	report_done(&w->report);
	report_done(&w->busy);
	free(w->path);
	free(w);
	return NULL;
}
DEFINE_CLEANUP(struct manager_work, manager_work_free);

static int on_idle(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	struct manager *m = userdata;

	m->idle = sd_event_source_disable_unref(m->idle);
	registry_forget_targets(m->registry);
	(void)malloc_trim(0);
	return 0;
}

void manager_rest(struct manager *m)
{
	m->idle = sd_event_source_disable_unref(m->idle);
	if (sd_event_add_time_relative(m->event, &m->idle, CLOCK_MONOTONIC, MANAGER_IDLE_USEC, 0,
				       on_idle, m) < 0)
		registry_forget_targets(m->registry);
}

static int on_turn(sd_event_source *source, void *userdata);

/*
 * Schedule what had to wait for the work, and the next check. If the event loop takes no source,
 * the next call does it.
 */
static void manager_need_turn(struct manager *m)
{
	if (m->turn) {
		(void)sd_event_source_set_enabled(m->turn, SD_EVENT_ONESHOT);
		return;
	}
	if (sd_event_add_defer(m->event, &m->turn, on_turn, m) >= 0)
		(void)sd_event_source_set_priority(m->turn, PRIORITY_TURN);
}

static void check_end(struct manager_work *w)
{
	if (w->why) {
		report_done(&w->report);
		w->result = report_set(&w->report, OUTCOME_CANCELLED, "%s", w->why);
	}
	w->checked(w->result, w->result == 0 ? w->check : NULL, &w->report, w->userdata);
}

/* Put a check back at the head of the queue, in its initial state. */
static void check_put_back(struct manager_work *w)
{
	struct manager *m = w->manager;

	w->again = false;
	if (w->check)
		w->check = check_free(w->check);
	report_done(&w->report);
	report_done(&w->busy);
	w->next = m->queue;
	m->queue = w;
}

static void change_end(struct manager_work *w)
{
	struct manager *m = w->manager;

	if (w->result == 0) {
		manager_switched(m, TAKE_PTR(w->change), w->wait, &w->waiter);
		return;
	}
	if (w->why) {
		free(w->report.detail);
		w->report.detail = strdup(w->why);
	}
	w->waiter.refused(w->result, &w->report, w->waiter.userdata);
	manager_tell_systemd(m);
}

static void on_ended(void *userdata)
{
	struct manager_work *w = userdata;
	struct manager *m = w->manager;

	m->work = NULL;
	manager_rest(m);
	manager_need_turn(m);
	if (w->again && !w->why) {
		check_put_back(w);
		return;
	}
	if (w->change)
		change_end(w);
	else
		check_end(w);
	manager_work_free(w);
}

static void run_change(void *userdata)
{
	struct manager_work *w = userdata;

	w->result = transaction_run(w->change, &w->report);
}

static void run_check(void *userdata)
{
	struct manager_work *w = userdata;

	w->result = check_run(w->manager->registry, &w->request, &w->check, &w->report);
}

/* If this returns 0 the caller does not own w any more. */
static int manager_begin(struct manager *m, struct manager_work *w, void (*run)(void *userdata))
{
	int r;

	w->work = (struct work){
		.event = m->event,
		.registry = m->registry,
		.run = run,
		.ended = on_ended,
		.userdata = w,
	};
	m->work = w;
	r = work_begin(&w->work);
	if (r < 0)
		m->work = NULL;
	return r;
}

static void manager_begin_check(struct manager *m, struct manager_work *w)
{
	int r;

	/* one that only waits for its programs to be freed delays no other, see manager_change() */
	if (m->change && !m->grace)
		(void)manager_busy(m, &w->busy);
	r = manager_begin(m, w, run_check);
	/* w may have ended, and may be freed */
	if (r == 0)
		return;
	w->result = r;
	check_end(w);
	manager_work_free(w);
}

static int on_turn(sd_event_source *source _unused_, void *userdata)
{
	struct manager *m = userdata;
	struct manager_work *w;

	if (m->work)
		return 0;
	manager_keep(m);
	manager_refresh(m);
	w = m->queue;
	if (!w)
		return 0;
	m->queue = w->next;
	w->next = NULL;
	manager_begin_check(m, w);
	/* if this check has ended already there may be another */
	if (!m->work)
		manager_need_turn(m);
	return 0;
}

const struct transaction *manager_prepared(const struct manager *m)
{
	return m->work ? m->work->change : NULL;
}

int manager_prepare(struct manager *m, struct transaction *t, bool wait,
		    const struct manager_waiter *waiter)
{
	_cleanup_(transaction_freep) struct transaction *change = t;
	_cleanup_(manager_work_freep) struct manager_work *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->manager = m;
	w->change = TAKE_PTR(change);
	w->client = waiter->client;
	w->wait = wait;
	w->waiter = *waiter;
	r = manager_begin(m, w, run_change);
	if (r < 0)
		return r;
	TAKE_PTR(w);
	if (m->work)
		manager_tell_systemd(m);
	return 0;
}

int manager_check(struct manager *m, const struct check_request *request, const void *client,
		  void (*checked)(int result, struct check *check, struct report *report,
				  void *userdata),
		  void *userdata)
{
	_cleanup_(manager_work_freep) struct manager_work *w = calloc(1, sizeof(*w));
	struct manager_work **end = &m->queue;

	if (!w)
		return -ENOMEM;
	w->path = strdup(request->path);
	if (!w->path)
		return -ENOMEM;
	w->manager = m;
	w->client = client;
	w->request = *request;
	w->request.path = w->path;
	w->request.busy = &w->busy;
	w->checked = checked;
	w->userdata = userdata;
	while (*end)
		end = &(*end)->next;
	*end = TAKE_PTR(w);
	manager_need_turn(m);
	return 0;
}

void manager_give_way(struct manager *m)
{
	if (!m->work || m->work->change)
		return;
	m->work->again = true;
	work_cancel(&m->work->work);
}

static void manager_cancel_work(struct manager *m, const char *why)
{
	m->work->why = why;
	work_cancel(&m->work->work);
}

bool manager_cancel(struct manager *m, const char *why)
{
	if (!manager_prepared(m))
		return false;
	manager_cancel_work(m, why);
	return true;
}

/* End the queued checks of one client, or of all if client is NULL. */
static void manager_empty_queue(struct manager *m, const void *client, const char *why)
{
	struct manager_work **p = &m->queue;

	while (*p) {
		struct manager_work *w = *p;

		if (client && w->client != client) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		w->why = why;
		check_end(w);
		manager_work_free(w);
	}
}

void manager_client_gone(struct manager *m, const void *client)
{
	static const char why[] = "The client of the change has closed its connection";

	if (m->work && m->work->client == client)
		manager_cancel_work(m, why);
	manager_empty_queue(m, client, why);
}

void manager_work_done(struct manager *m)
{
	static const char why[] = "klpd stops";

	if (m->work)
		manager_cancel_work(m, why);
	manager_empty_queue(m, NULL, why);
	m->turn = sd_event_source_disable_unref(m->turn);
}
