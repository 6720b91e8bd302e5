/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends events to the clients of method Monitor: a snapshot first, then each event of the manager.
 * Owns a reference to each client's connection. A client gets every event, or its connection is
 * closed: klpd keeps MONITOR_BEHIND_MAX events for a client that does not read, and no more.
 */
#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "core/effect.h"
#include "klpd/connection.h"
#include "klpd/json-warning.h"
#include "klpd/json-text.h"
#include "klpd/json.h"
#include "klpd/monitor.h"
#include "util/log.h"
#include "util/macro.h"

/*
 * A client that watches learns within a second of a missed call, or of anything that takes the
 * effect of a patch away; the loop may be a quarter of a second late. If a look takes long, klpd
 * rests for MONITOR_LOOK_REST times as long before the next.
 */
#define MONITOR_LOOK_USEC	750000ULL
#define MONITOR_LOOK_REST	20

/* How many events are kept for a client beyond what fits its socket. */
#define MONITOR_BEHIND_MAX	32

struct watcher {
	sd_varlink *client;
	bool root;
	unsigned int behind;	/* events sent since the client last had read all */
};

struct monitor {
	struct manager *manager;
	sd_event_source *look;	/* NULL: no client watches, or there is no patch */
	struct watcher watchers[MONITOR_ROOT_MAX + MONITOR_OTHERS_MAX];
	size_t n_watchers;
};

static const char *const event_names[] = {
	[MANAGER_STARTED] = "started",
	[MANAGER_PROGRESS] = "progress",
	[MANAGER_COMPLETE] = "complete",
	[MANAGER_REVERSED] = "reversed",
	[MANAGER_RETIRED] = "retired",
	[MANAGER_OBJECT] = "object",
	[MANAGER_MISSED] = "missed",
	[MANAGER_WARNING] = "warning",
};

/* Progress events are frequent and change no patch, so the list is left out of them. */
static int monitor_message(const struct manager *m, const char *event, bool with_list,
			   sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *transition = NULL, *patches = NULL,
							  *sentences = NULL;
	_cleanup_(warnings_done) struct warnings warnings = {};
	int r;

	r = json_transition(m->change, &transition);
	if (r >= 0 && with_list)
		r = effect_look(m->registry, &warnings);
	if (r >= 0 && with_list)
		r = json_list(m->registry, &warnings, &patches);
	if (r >= 0 && with_list)
		r = json_warnings(&warnings, &sentences);
	if (r < 0)
		return r;
	return sd_json_buildo(ret,
		PAIR_TEXT("event", event),
		SD_JSON_BUILD_PAIR_UNSIGNED("generation", manager_generation(m)),
		SD_JSON_BUILD_PAIR_CONDITION(m->change != NULL, "transition",
					     SD_JSON_BUILD_VARIANT(transition)),
		SD_JSON_BUILD_PAIR_CONDITION(with_list, "patches",
					     SD_JSON_BUILD_VARIANT(patches)),
		SD_JSON_BUILD_PAIR_CONDITION(with_list, "warnings",
					     SD_JSON_BUILD_VARIANT(sentences)));
}

static void monitor_watch(struct monitor *monitor);

static int on_look(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	_cleanup_(warnings_done) struct warnings warnings = {};
	struct monitor *monitor = userdata;
	int r;

	monitor->look = sd_event_source_disable_unref(monitor->look);
	r = manager_look(monitor->manager, &warnings);
	if (r < 0)
		log_warning_errno(r, "Cannot read what is in force, trying again: %m");
	monitor_watch(monitor);
	return 0;
}

/* The timer runs only while a client watches and a patch is there. */
static void monitor_watch(struct monitor *monitor)
{
	uint64_t usec = MAX(MONITOR_LOOK_USEC, MONITOR_LOOK_REST * monitor->manager->look_usec);
	int r;

	if (monitor->n_watchers == 0 || monitor->manager->registry->n_patches == 0) {
		monitor->look = sd_event_source_disable_unref(monitor->look);
		return;
	}
	if (monitor->look)
		return;
	r = sd_event_add_time_relative(monitor->manager->event, &monitor->look, CLOCK_MONOTONIC,
				       usec, 0, on_look, monitor);
	if (r < 0)
		log_warning_errno(r, "Cannot watch what is in force, proceeding: %m");
}

/* Closing its connection makes monitor_remove() remove the watcher. */
static void watcher_tell(struct watcher *w, sd_json_variant *v)
{
	int r = -ENOBUFS;

	if (!connection_flush(w->client))
		w->behind = 0;
	if (w->behind++ < MONITOR_BEHIND_MAX)
		r = sd_varlink_notify(w->client, v);
	if (r >= 0)
		return;
	log_notice("A Monitor client does not read its events, closing its connection");
	(void)sd_varlink_close(w->client);
}

static void on_event(enum manager_event event, void *userdata)
{
	struct monitor *monitor = userdata;
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r = 0;

	if (monitor->n_watchers > 0)
		r = monitor_message(monitor->manager, event_names[event],
				    event != MANAGER_PROGRESS, &v);
	if (r < 0) {
		log_warning_errno(r, "Cannot notify the Monitor clients, proceeding: %m");
		return;
	}
	/*
	 * from the end, because monitor_remove() moves the last watcher into the place of a closed
	 * one
	 */
	for (size_t i = monitor->n_watchers; i > 0; i--)
		watcher_tell(&monitor->watchers[i - 1], v);
	monitor_watch(monitor);
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
	sd_event_source_disable_unref(monitor->look);
	while (monitor->n_watchers > 0)
		sd_varlink_unref(monitor->watchers[--monitor->n_watchers].client);
	free(monitor);
	return NULL;
}

static size_t monitor_count(const struct monitor *monitor, bool root)
{
	size_t n = 0;

	for (size_t i = 0; i < monitor->n_watchers; i++)
		n += monitor->watchers[i].root == root;
	return n;
}

int monitor_add(struct monitor *monitor, sd_varlink *client, bool root)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r;

	if (monitor_count(monitor, root) >= (root ? MONITOR_ROOT_MAX : MONITOR_OTHERS_MAX))
		return -EBUSY;
	r = monitor_message(monitor->manager, "snapshot", true, &v);
	if (r < 0)
		return r;
	r = sd_varlink_notify(client, v);
	if (r < 0)
		return r;
	monitor->watchers[monitor->n_watchers++] = (struct watcher){
		.client = sd_varlink_ref(client),
		.root = root,
	};
	monitor_watch(monitor);
	return 0;
}

void monitor_remove(struct monitor *monitor, sd_varlink *client)
{
	for (size_t i = 0; monitor && i < monitor->n_watchers; i++) {
		if (monitor->watchers[i].client != client)
			continue;
		monitor->watchers[i] = monitor->watchers[--monitor->n_watchers];
		sd_varlink_unref(client);
		return;
	}
}
