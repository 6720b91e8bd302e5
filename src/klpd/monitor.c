/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells the clients of method Monitor what happens: a snapshot first, then each event of the
 * manager. Owns a reference to each client's connection. A client that does not read is dropped by
 * sd-varlink when its queue is full; it cannot hold up anybody else.
 */
#include <systemd/sd-varlink.h>

#include "klpd/json.h"
#include "klpd/missed.h"
#include "klpd/monitor.h"
#include "util/log.h"
#include "util/macro.h"

/* Those who watch learn of a missed call within a second: the loop may be a quarter of one late. */
#define MONITOR_MISSED_USEC	750000ULL

struct monitor {
	struct manager *manager;
	sd_event_source *missed;	/* NULL: nobody watches, or nothing can be missed */
	sd_varlink *links[MONITOR_LINKS_MAX];
	size_t n_links;
};

static const char *const event_names[] = {
	[MANAGER_STARTED] = "started",
	[MANAGER_PROGRESS] = "progress",
	[MANAGER_COMPLETE] = "complete",
	[MANAGER_REVERSED] = "reversed",
	[MANAGER_RETIRED] = "retired",
	[MANAGER_OBJECT] = "object",
	[MANAGER_MISSED] = "missed",
};

/* Progress comes often and changes no patch: the list is left out. */
static int monitor_message(const struct manager *m, const char *event, bool with_list,
			   sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *transition = NULL, *patches = NULL;
	int r;

	r = json_transition(m->change, &transition);
	if (r >= 0)
		r = with_list ? json_list(m->world, &patches) : sd_json_variant_new_null(&patches);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		SD_JSON_BUILD_PAIR_STRING("event", event),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", manager_generation(m)),
		SD_JSON_BUILD_PAIR_CONDITION(m->change != NULL, "transition",
					     SD_JSON_BUILD_VARIANT(transition)),
		SD_JSON_BUILD_PAIR_CONDITION(with_list, "patches",
					     SD_JSON_BUILD_VARIANT(patches)));
}

static void monitor_watch_missed(struct monitor *monitor);

static int on_missed(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	struct monitor *monitor = userdata;

	monitor->missed = sd_event_source_disable_unref(monitor->missed);
	manager_look_missed(monitor->manager);
	monitor_watch_missed(monitor);
	return 0;
}

/* The clock runs only while it can tell somebody something. */
static void monitor_watch_missed(struct monitor *monitor)
{
	int r;

	if (monitor->n_links == 0 || !missed_possible(monitor->manager->world)) {
		monitor->missed = sd_event_source_disable_unref(monitor->missed);
		return;
	}
	if (monitor->missed)
		return;
	r = sd_event_add_time_relative(monitor->manager->event, &monitor->missed, CLOCK_MONOTONIC,
				       MONITOR_MISSED_USEC, 0, on_missed, monitor);
	if (r < 0)
		log_warning_errno(r, "Cannot watch for missed calls, proceeding: %m");
}

static void on_event(enum manager_event event, void *userdata)
{
	struct monitor *monitor = userdata;
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r = 0;

	if (monitor->n_links > 0)
		r = monitor_message(monitor->manager, event_names[event],
				    event != MANAGER_PROGRESS, &v);
	if (r < 0) {
		log_warning_errno(r, "Cannot tell the watchers, proceeding: %m");
		return;
	}
	for (size_t i = 0; i < monitor->n_links; i++)
		(void)sd_varlink_notify(monitor->links[i], v);
	monitor_watch_missed(monitor);
}

int monitor_new(struct manager *m, struct monitor **ret)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor)
		return -ENOMEM;
	monitor->manager = m;
	m->observe = on_event;
	m->observe_userdata = monitor;
	*ret = monitor;
	return 0;
}

struct monitor *monitor_free(struct monitor *monitor)
{
	if (!monitor)
		return NULL;
	monitor->manager->observe = NULL;
	sd_event_source_disable_unref(monitor->missed);
	while (monitor->n_links > 0)
		sd_varlink_unref(monitor->links[--monitor->n_links]);
	free(monitor);
	return NULL;
}

int monitor_add(struct monitor *monitor, sd_varlink *link)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r;

	if (monitor->n_links >= MONITOR_LINKS_MAX)
		return -EBUSY;
	r = monitor_message(monitor->manager, "snapshot", true, &v);
	if (r < 0)
		return r;
	r = sd_varlink_notify(link, v);
	if (r < 0)
		return r;
	monitor->links[monitor->n_links++] = sd_varlink_ref(link);
	monitor_watch_missed(monitor);
	return 0;
}

void monitor_remove(struct monitor *monitor, sd_varlink *link)
{
	for (size_t i = 0; monitor && i < monitor->n_links; i++) {
		if (monitor->links[i] != link)
			continue;
		monitor->links[i] = monitor->links[--monitor->n_links];
		sd_varlink_unref(link);
		return;
	}
}
