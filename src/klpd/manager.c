/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the registry and the one change that may run at a time. Promises:
 *
 * - A second change is refused while one runs or is prepared (manager-work.c).
 * - A change that was switched goes on even if its client has disconnected.
 * - Each end of a change is logged once, here.
 *
 * The companion sends events when a transition completes and when its time is over. It is also
 * asked at each call, after each event, and every second while a transition runs, so a lost event
 * blocks nothing.
 */
#include <stdbool.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "kern/grace.h"
#include "klpd/blockers.h"
#include "klpd/fd-store.h"
#include "klpd/json-callback.h"
#include "klpd/manager-companion.h"
#include "klpd/manager-pins.h"
#include "klpd/manager-work.h"
#include "klpd/manager.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/log.h"
#include "util/macro.h"

void manager_observe(struct manager *m, enum manager_event event)
{
	if (m->observe)
		m->observe(event, m->observe_userdata);
}

uint64_t manager_generation(const struct manager *m)
{
	return gate_generation(m->registry->gate);
}

void manager_tell_systemd(const struct manager *m)
{
	const struct transaction *t = m->change, *prepared = manager_prepared(m);

	if (prepared)
		(void)sd_notifyf(false, "STATUS=%s of '%s' is prepared, %zu patches in the kernel",
				 change_verb_to_string(prepared->verb),
				 transaction_subject(prepared), m->registry->n_patches);
	else if (t)
		(void)sd_notifyf(false, "STATUS=%s of '%s' runs, %zu patches in the kernel",
				 change_verb_to_string(t->verb), t->name, m->registry->n_patches);
	else
		(void)sd_notifyf(false, "STATUS=%zu patches in force, generation %llu",
				 m->registry->n_patches, (unsigned long long)manager_generation(m));
}

static void manager_log_end(const struct transaction *t)
{
	if (t->refusal.outcome != OUTCOME_OK)
		log_warning("Patch '%s' %s: %s failed in phase %s: %s", t->name, t->version,
			    change_verb_to_string(t->verb), phase_to_string(t->refusal.phase),
			    t->refusal.detail ?: outcome_info(t->refusal.outcome)->sentence);
	else if (t->reversed)
		log_notice("Patch '%s' %s: %s was reversed, generation %llu stays in force",
			   t->name, t->version, change_verb_to_string(t->verb),
			   (unsigned long long)t->generation);
	else
		log_info("Patch '%s' %s: %s complete, generation %llu (%s)", t->name, t->version,
			 change_verb_to_string(t->verb), (unsigned long long)t->generation,
			 patch_consistency_to_string(t->consistency));
	for (size_t i = 0; t->verb == CHANGE_REPLACE && !t->reversed && t->replaced[i]; i++)
		log_info("Patch '%s' was replaced by '%s'", t->replaced[i], t->name);
	for (size_t i = 0; !t->reversed && t->returning[i]; i++)
		log_info("Patch '%s' is in force again", t->returning[i]);
	for (size_t i = 0; t->verb == CHANGE_ROLLBACK && !t->reversed && t->replaced[i]; i++)
		log_info("Patch '%s' is out of force", t->replaced[i]);
}

/* Log once that the companion reversed the transition, and how many tasks had moved. */
static void manager_log_overdue(const struct transaction *t, uint32_t moved, uint32_t total)
{
	log_warning("Patch '%s' %s: %s is reversed, because it did not complete in time: %u of %u tasks "
		    "had moved", t->name, t->version, change_verb_to_string(t->verb), moved, total);
	blockers_log(t->registry->companion);
}

/* Read the state of the change from the companion. Return: as transaction_sync(). */
static int manager_sync(struct manager *m)
{
	struct transaction *t = m->change;
	uint32_t moved = t->moved, total = t->total;
	bool known = t->timed_out;
	int r;

	r = transaction_sync(t);
	if (r == 0 && t->timed_out && !known) {
		manager_log_overdue(t, moved, total);
		manager_observe(m, MANAGER_PROGRESS);
	}
	return r;
}

/* The end of RETIRE. The waiting client gets its answer when nothing is left over. */
static void manager_retired(struct manager *m, int result)
{
	_cleanup_(transaction_freep) struct transaction *t = TAKE_PTR(m->change);

	m->grace_source = sd_event_source_disable_unref(m->grace_source);
	RET_GATHER(result, grace_end(TAKE_PTR(m->grace)));
	if (result < 0)
		log_warning_errno(result, "Patch '%s': cannot retire all that is out of force, to be "
				  "tried again: %m", t->name);
	manager_keep(m);
	manager_observe(m, MANAGER_RETIRED);
	manager_tell_systemd(m);
	if (m->waiter.done)
		m->waiter.done(t, true, m->waiter.userdata);
	m->waiter = (struct manager_waiter){ .done = NULL };
}

static int on_grace(sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_,
		    void *userdata)
{
	manager_retired(userdata, 0);
	return 0;
}

/* COMPLETE, and RETIRE up to the point where only the grace period has to pass. */
static void manager_end(struct manager *m, bool reversed)
{
	struct transaction *t = m->change;
	int r;

	m->follow_source = sd_event_source_disable_unref(m->follow_source);
	manager_give_way(m);
	transaction_complete(t, reversed);
	manager_log_end(t);
	manager_observe(m, reversed ? MANAGER_REVERSED : MANAGER_COMPLETE);
	r = transaction_retire(t, &m->grace);
	/* if the event loop takes no source, wait for the grace period right here */
	if (!m->grace || r < 0 ||
	    sd_event_add_io(m->event, &m->grace_source, grace_fd(m->grace), EPOLLIN, on_grace, m) <
		    0)
		manager_retired(m, r);
}

/*
 * Answer a client that does not wait for the end. This is done when tasks begin to move, because a
 * callback may refuse the change until then.
 */
static void manager_answer_begun(struct manager *m)
{
	if (!m->waiter.done || m->done_at_end)
		return;
	m->waiter.done(m->change, false, m->waiter.userdata);
	m->waiter = (struct manager_waiter){ .done = NULL };
}

void manager_follow(struct manager *m)
{
	bool reversed;

	if (m->change && transaction_over(m->change, &reversed))
		manager_end(m, reversed);
}

static int on_follow(sd_event_source *source, uint64_t usec _unused_, void *userdata)
{
	struct manager *m = userdata;

	manager_follow(m);
	/* the change is over, and its end removed this source */
	if (!m->follow_source)
		return 0;
	/* a callback may run long, and a client that does not wait need not wait for its end */
	manager_answer_begun(m);
	(void)sd_event_source_set_time_relative(source, MANAGER_FOLLOW_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* If the event loop takes no source, the events and the calls still find the end of the change. */
void manager_begin_to_follow(struct manager *m)
{
	if (!m->change || !transaction_waits(m->change) || m->follow_source)
		return;
	(void)sd_event_add_time_relative(m->event, &m->follow_source, CLOCK_MONOTONIC,
					 MANAGER_FOLLOW_USEC, 0, on_follow, m);
}

void manager_take_event(struct manager *m, const struct klp_uapi_event *event)
{
	struct transaction *t = m->change;
	bool known, reversed;
	uint32_t moved, total;

	/* ignore events of transitions that were over before this klpd started */
	if (!t || !transaction_waits(t) || t->number != event->transition)
		return;
	moved = t->moved;
	total = t->total;
	known = t->timed_out;
	reversed = t->reversed;
	transaction_progress(t, event);
	if (t->timed_out && !known)
		manager_log_overdue(t, moved, total);
	if (event->type == KLP_EVENT_DONE) {
		manager_end(m, event->reversed != 0);
		return;
	}
	manager_answer_begun(m);
	/*
	 * the companion sends an event for each pass over the tasks, and most passes of a stalled
	 * transition move no task
	 */
	if (t->moved != moved || t->total != total || t->reversed != reversed)
		manager_observe(m, MANAGER_PROGRESS);
}

static void manager_log_companion(const struct manager *m)
{
	const struct klp_ioc_hello *hello;

	if (!m->registry->companion) {
		log_info("No companion (%s): only immediate consistency",
			 m->registry->companion_report.detail ?: "unknown reason");
		return;
	}
	hello = companion_hello(m->registry->companion);
	log_info("Companion %s, ABI %u%s", hello->version, hello->abi,
		 hello->features & KLP_FEATURE_RELIABLE_STACKS ? "" : ", without reliable stacks");
	if (companion_is_older(m->registry->companion))
		log_warning("%s", m->registry->companion_report.detail ?: "It is older than klpd");
}

int manager_new(sd_event *event, struct manager **ret, struct report *report)
{
	_cleanup_(manager_freep) struct manager *m = NULL;
	int r;

	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->event = sd_event_ref(event);
	r = registry_new(&m->registry, report);
	if (r != 0)
		return r;
	manager_log_companion(m);
	r = manager_recover(m, report);
	if (r != 0)
		return r;
	r = manager_listen(m);
	if (r < 0)
		return report_errno(report, r, "Cannot listen to the companion");
	fd_store_close();
	manager_keep(m);
	manager_tell_systemd(m);
	*ret = TAKE_PTR(m);
	return 0;
}

struct manager *manager_free(struct manager *m)
{
	if (!m)
		return NULL;
	manager_work_done(m);
	sd_event_source_disable_unref(m->idle);
	sd_event_source_disable_unref(m->retry);
	manager_pins_done(m);
	manager_companion_done(m);
	sd_event_source_disable_unref(m->grace_source);
	sd_event_source_disable_unref(m->stale_grace_source);
	sd_event_source_disable_unref(m->follow_source);
	(void)grace_end(m->grace);
	(void)grace_end(m->stale_grace);
	manager_look_done(m);
	transaction_free(m->change);
	registry_free(m->registry);
	sd_event_unref(m->event);
	free(m);
	return NULL;
}

void manager_refresh(struct manager *m)
{
	bool found;
	int r;

	manager_follow(m);
	if (m->change || m->work)
		return;
	found = registry_find_companion(m->registry);
	if (found)
		manager_log_companion(m);
	/* what recovery left alone without the companion can be judged now */
	if (found || *m->registry->stale)
		manager_recover_again(m);
	r = manager_listen(m);
	if (r < 0)
		log_error_errno(r, "Cannot listen to the companion: %m");
}

int manager_busy(const struct manager *m, struct report *report)
{
	const struct transaction *prepared = manager_prepared(m);
	int r;

	if (prepared)
		return report_set(report, OUTCOME_BUSY, "%s of '%s' is being prepared: its file is read "
				  "and its programs are verified", change_verb_to_string(prepared->verb),
				  transaction_subject(prepared));
	r = json_callback_busy(m->registry, report);
	if (r != 0)
		return r;
	return report_set(report, OUTCOME_BUSY,
			  "%s of '%s' runs (transition %llu, %u of %u tasks moved)",
			  change_verb_to_string(m->change->verb), m->change->name,
			  (unsigned long long)m->change->number, m->change->moved,
			  m->change->total);
}

void manager_end_change(struct manager *m)
{
	manager_follow(m);
	/* the previous change is complete, and its grace period is nearly always over by now */
	if (m->grace)
		manager_retired(m, 0);
}

void manager_switched(struct manager *m, struct transaction *t, bool wait,
		      const struct manager_waiter *waiter)
{
	log_info("Patch '%s' %s: %s switched (%s%s)", t->name, t->version,
		 change_verb_to_string(t->verb), patch_consistency_to_string(t->consistency),
		 transaction_waits(t) ? ", tasks move" : "");
	m->change = t;
	manager_keep(m);
	manager_observe(m, MANAGER_STARTED);
	manager_tell_systemd(m);
	m->waiter = *waiter;
	m->done_at_end = wait || !transaction_waits(m->change);
	manager_begin_to_follow(m);
	if (!m->follow_source || !transaction_has_callbacks(m->change))
		manager_answer_begun(m);
	if (!transaction_waits(m->change))
		manager_end(m, false);
}

int manager_change(struct manager *m, const struct transaction_request *request, bool wait,
		   const struct manager_waiter *waiter, struct report *report)
{
	_cleanup_(transaction_freep) struct transaction *t = NULL;
	int r;

	manager_end_change(m);
	if (m->change || manager_prepared(m))
		return manager_busy(m, report);
	manager_give_way(m);
	/* a recovery would free the patches that a repair points to; manager_plan_repair() refreshed */
	if (request->n_leave == 0)
		manager_refresh(m);
	if (m->change)
		return manager_busy(m, report);
	/* a patch that klpd does not see could be in the way; one that it sees can be removed */
	if (*m->registry->stale && request->verb != CHANGE_DISABLE &&
	    request->verb != CHANGE_REPAIR)
		return report_set(report, OUTCOME_SYSTEM, "What is in force cannot be read: %s",
				  m->registry->stale);
	r = transaction_new(m->registry, request, &t);
	if (r != 0)
		return r;
	if (request->verb != CHANGE_DISABLE && request->verb != CHANGE_REPAIR)
		return manager_prepare(m, TAKE_PTR(t), wait, waiter);
	r = transaction_run(t, report);
	manager_rest(m);
	if (r == 0)
		manager_switched(m, TAKE_PTR(t), wait, waiter);
	return r;
}

int manager_reverse(struct manager *m, uint64_t *ret_number, struct report *report)
{
	uint64_t number = m->change ? m->change->number : 0;
	bool known = m->change && m->change->timed_out;
	const struct meta *sticky;
	int r;

	*ret_number = 0;
	if (manager_cancel(m, "It was reversed before it had begun"))
		return 0;
	manager_follow(m);
	r = m->change ? manager_sync(m) : -ENOENT;
	*ret_number = number;
	/* the transition has just reversed by itself, so do not reverse it again */
	if (r == 0 && m->change->timed_out && !known)
		return 0;
	sticky = r == 0 ? transaction_sticky(m->change) : NULL;
	if (sticky) {
		report_names(report, sticky->name, NULL, NULL);
		return report_set(report, OUTCOME_STICKY, "Tasks move into '%s' and cannot go back",
				  sticky->name);
	}
	if (r == 0)
		r = transaction_reverse(m->change);
	if (r == -ENOENT)
		return report_set(report, OUTCOME_NO_SUCH_PATCH, "No transition runs");
	if (r == -EBUSY)
		return manager_busy(m, report);
	if (r < 0)
		return report_errno(report, r, "Cannot reverse transition %llu",
				    (unsigned long long)number);
	log_notice("Patch '%s' %s: %s is reversed", m->change->name, m->change->version,
		   change_verb_to_string(m->change->verb));
	blockers_log(m->registry->companion);
	manager_observe(m, MANAGER_PROGRESS);
	return 0;
}

int manager_force(struct manager *m, uint64_t *ret_number, uint32_t *ret_forced,
		  struct report *report)
{
	uint64_t number = m->change ? m->change->number : 0;
	int r;

	manager_follow(m);
	r = m->change ? transaction_force(m->change, ret_forced) : -ENOENT;
	if (r == -ENOENT)
		return report_set(report, OUTCOME_NO_SUCH_PATCH, "No transition runs");
	if (r == -EBUSY)
		return manager_busy(m, report);
	if (r < 0)
		return report_errno(report, r, "Cannot force transition %llu",
				    (unsigned long long)number);
	log_warning("Patch '%s' %s: %s was forced with %u tasks not moved: consistency is not "
		    "assured until they have left the functions they were in", m->change->name,
		    m->change->version, change_verb_to_string(m->change->verb), *ret_forced);
	*ret_number = number;
	return 0;
}
