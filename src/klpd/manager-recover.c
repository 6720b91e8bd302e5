// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes over the patches in force: at start, when the companion appears, and when another bpffs is
 * seen. If a recovery fails, the registry keeps its contents, the failure is logged, and the
 * recovery is tried again, periodically and whenever a client asks.
 */
#include <stdio.h>

#include "core/recover.h"
#include "klpd/blockers.h"
#include "klpd/manager-pins.h"
#include "klpd/manager.h"
#include "util/log.h"
#include "util/macro.h"

/* Log a transition that was reversed while no klpd ran. */
static void manager_log_reversed(const struct manager *m)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status s;

	if (!m->registry->companion || companion_status(m->registry->companion, &s, &records) < 0)
		return;
	if (s.transition.number ? !s.transition.reversed : !s.last_transition || !s.last_reversed)
		return;
	log_notice("Transition %llu, begun before this klpd, was reversed%s",
		   (unsigned long long)(s.transition.number ?: s.last_transition),
		   (s.transition.number ? s.transition.timed_out : s.last_timed_out) ?
		   ": it did not complete in time" : "");
	blockers_log(m->registry->companion);
}

int manager_recover(struct manager *m, struct report *report)
{
	int r;

	r = recover_run(m->registry, &m->change, report);
	if (r < 0)
		return report_errno(report, r, "Cannot recover what is in force");
	if (r > 0)
		return r;
	for (size_t i = 0; i < m->registry->n_patches; i++)
		log_info("Patch '%s' %s: taken over, %s", m->registry->patches[i]->meta->name,
			 m->registry->patches[i]->meta->version,
			 patch_state_to_string(m->registry->patches[i]->state));
	for (size_t i = 0; i < m->registry->n_warnings; i++)
		log_warning("%s", m->registry->warnings[i]);
	if (m->change)
		log_info("Patch '%s' %s: %s goes on%s%s", m->change->name, m->change->version,
			 change_verb_to_string(m->change->verb),
			 m->change->reversed ? " in reverse" : "",
			 m->change->timed_out ? ", it did not complete in time" : "");
	manager_begin_to_follow(m);
	manager_log_reversed(m);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec _unused_, void *userdata)
{
	struct manager *m = userdata;

	/* a recovery is not possible while a change runs or a file is read */
	if (m->change || m->work) {
		(void)sd_event_source_set_time_relative(source, MANAGER_RETRY_USEC);
		return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	}
	manager_refresh(m);
	return 0;
}

void manager_recover_again(struct manager *m)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	struct registry *reg = m->registry;
	const char *text;

	m->retry = sd_event_source_disable_unref(m->retry);
	if (manager_recover(m, &report) == 0) {
		manager_keep(m);
		return;
	}
	text = report.error ? strerrordesc_np(report.error) : report.detail ?: "out of memory";
	if (!*reg->stale)
		log_error("What is in force cannot be read: %s%s%s; keeping the last known state and "
			  "trying again", report.detail ?: "", report.detail ? ": " : "", text);
	(void)snprintf(reg->stale, sizeof(reg->stale), "%s", text);
	(void)sd_event_add_time_relative(m->event, &m->retry, CLOCK_MONOTONIC, MANAGER_RETRY_USEC,
					 0, on_retry, m);
}
