// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches the directories of pins and the mounts of the system. A removed pin is restored at once,
 * because otherwise the links would end with klpd. A look costs a directory listing for each patch.
 * What cannot be watched is still checked whenever a client asks.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/keep.h"
#include "kern/bpffs.h"
#include "kern/caps.h"
#include "klpd/fd-store.h"
#include "klpd/manager-pins.h"
#include "klpd/manager-work.h"
#include "shared/paths.h"
#include "util/errno-util.h"
#include "util/log.h"
#include "util/macro.h"

#define WATCH_MASK (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct manager_watch {
	sd_event_source *mounts;
	sd_event_source *dirs[REGISTRY_PATCHES_MAX + 1];
	size_t n_dirs;
	uint64_t what;		/* identifies these directories, see watch_what() */
};

static int on_directory(sd_event_source *source _unused_,
			const struct inotify_event *event _unused_, void *userdata)
{
	manager_keep(userdata);
	return 0;
}

static int on_mounts(sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_,
		     void *userdata)
{
	manager_keep(userdata);
	return 0;
}

static void watch_forget_dirs(struct manager_watch *w)
{
	while (w->n_dirs > 0)
		sd_event_source_disable_unref(w->dirs[--w->n_dirs]);
}

static void watch_dir(struct manager *m, const char *path)
{
	struct manager_watch *w = m->watch;

	if (w->n_dirs < ARRAY_SIZE(w->dirs) &&
	    sd_event_add_inotify(m->event, &w->dirs[w->n_dirs], path, WATCH_MASK, on_directory,
				 m) >= 0)
		w->n_dirs++;
}

/* Use the mountinfo of process 1, because it has the mounts of the system. */
static void watch_mounts(struct manager *m)
{
	int fd;

	if (m->watch->mounts)
		return;
	fd = open("/proc/1/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (sd_event_add_io(m->event, &m->watch->mounts, fd, EPOLLPRI, on_mounts, m) < 0 ||
	    sd_event_source_set_io_fd_own(m->watch->mounts, true) < 0) {
		m->watch->mounts = sd_event_source_disable_unref(m->watch->mounts);
		safe_close(fd);
	}
}

/* A value that changes if other directories have to be watched. */
static uint64_t watch_what(const struct registry *reg)
{
	uint64_t what = reg->place == 0 ? 1 + bpffs_device() : 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		what = what * 31 + patch_pins(reg->patches[i]);
	return what;
}

/*
 * Watch all directories. `again`: existing directories were made anew, so watch them again. True if
 * the watched directories differ from before, or may differ.
 */
static bool watch_all(struct manager *m, bool again)
{
	uint64_t what = watch_what(m->registry);

	CAPS_SCOPE(CAPS_BPF);

	if (!m->watch)
		m->watch = calloc(1, sizeof(*m->watch));
	if (!m->watch)
		return again;
	watch_mounts(m);
	if (!again && m->watch->what == what)
		return false;
	m->watch->what = what;
	watch_forget_dirs(m->watch);
	if (m->registry->place < 0)
		return true;
	watch_dir(m, KLPD_PIN_DIR);
	for (size_t i = 0; i < m->registry->n_patches; i++) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, KLPD_PIN_DIR "/gen-%llu",
			     (unsigned long long)patch_pins(m->registry->patches[i])) < 0) {
			path = NULL;
			return true;
		}
		watch_dir(m, path);
	}
	return true;
}

void manager_keep(struct manager *m)
{
	bool changed = keep_look(m->registry), known;
	uint64_t dev;

	for (size_t i = 0; changed && i < m->registry->n_patches; i++) {
		const struct patch *s = m->registry->patches[i];

		if (s->repinned && !s->unpinned)
			log_notice("Patch '%s' %s: it was not pinned any more and is pinned again",
				   s->meta->name, s->meta->version);
	}
	if (watch_all(m, changed))
		(void)fd_store_put(m->registry);
	/* The bpffs is another one. Recover, to find patches that are only pinned there. */
	dev = m->registry->place == 0 ? bpffs_device() : 0;
	if (dev == 0 || dev == m->bpffs || m->change || m->work)
		return;
	known = m->bpffs != 0;
	m->bpffs = dev;
	if (known)
		manager_recover_again(m);
}

void manager_pins_done(struct manager *m)
{
	if (!m->watch)
		return;
	watch_forget_dirs(m->watch);
	sd_event_source_disable_unref(m->watch->mounts);
	free(m->watch);
	m->watch = NULL;
}

bool manager_stop(struct manager *m)
{
	manager_work_done(m);
	(void)keep_look(m->registry);
	if (keep_count_unpinned(m->registry) == 0)
		return true;
	if (fd_store_put(m->registry)) {
		log_warning("Some patches are not pinned (%s): the service manager holds them",
			    keep_trouble(m->registry) ?: "they could not be");
		return true;
	}
	for (size_t i = 0; i < m->registry->n_patches; i++) {
		const struct patch *s = m->registry->patches[i];

		if (s->unpinned && !s->lost)
			log_error("Patch '%s' %s: it is not pinned (%s) and ends with this klpd, unless "
				  "its pins are only hidden by a mount", s->meta->name, s->meta->version,
				  keep_trouble(m->registry) ?: "it could not be");
	}
	return false;
}

int manager_plan_repair(struct manager *m, struct repair *ret, struct report *report)
{
	int r;

	if (manager_prepared(m))
		return manager_busy(m, report);
	/* the plan points to patches, and the end of a change may recover others in their place */
	manager_end_change(m);
	if (m->change)
		return manager_busy(m, report);
	manager_give_way(m);
	manager_refresh(m);
	if (m->change)
		return manager_busy(m, report);
	manager_keep(m);
	r = repair_plan(m->registry, ret);
	return r < 0 ? report_errno(report, r, "Cannot plan the repair") : 0;
}

/* Patches of immediate consistency leave at once. */
static int repair_immediate(struct manager *m, const struct repair *repair, struct report *report)
{
	_cleanup_(transaction_freep) struct transaction *t = NULL;
	struct patch *leave[KLP_GATE_SLOTS];
	struct transaction_request request = { .verb = CHANGE_REPAIR, .leave = leave };
	int r;

	request.n_leave = repair_leaving(m->registry, repair, KLP_CONSISTENCY_IMMEDIATE, leave);
	if (request.n_leave == 0)
		return 0;
	r = transaction_new(m->registry, &request, &t);
	if (r == 0)
		r = transaction_run(t, report);
	if (r != 0)
		return r;
	transaction_complete(t, false);
	for (size_t i = 0; t->replaced[i]; i++)
		log_notice("Patch '%s': taken out of force by a repair", t->replaced[i]);
	r = transaction_retire(t, NULL);
	if (r < 0)
		log_warning_errno(r, "Cannot retire all that a repair took out of force: %m");
	return 0;
}

static int repair_begin(struct manager *m, struct repair *repair,
			const struct manager_repair *change, bool *ret_runs, struct report *report)
{
	struct patch *leave[KLP_GATE_SLOTS];
	struct transaction_request request = { .verb = CHANGE_REPAIR, .leave = leave,
					       .timeout_usec = change->timeout_usec };
	int r;

	r = repair_immediate(m, repair, report);
	if (r != 0)
		return r;
	request.n_leave = repair_leaving(m->registry, repair, KLP_CONSISTENCY_PER_TASK, leave);
	if (request.n_leave == 0)
		return 0;
	r = manager_change(m, &request, change->wait, &change->waiter, report);
	*ret_runs = r == 0;
	return r;
}

int manager_repair(struct manager *m, struct repair *repair, const struct manager_repair *change,
		   bool *ret_runs, struct report *report)
{
	bool removed = false;
	int r;

	*ret_runs = false;
	for (size_t i = 0; i < repair->n; i++) {
		removed = removed || repair->actions[i].kind == REPAIR_REMOVE;
		log_notice("Repair: %s", repair->actions[i].text);
	}
	r = repair_run(m->registry, repair);
	if (r < 0)
		log_warning_errno(r, "Not all could be repaired: %m");
	r = repair_begin(m, repair, change, ret_runs, report);
	/*
	 * Recover to judge again the patches that the repair took over and that did not leave, and
	 * to drop what it removed.
	 */
	if (!m->change && (r != 0 || removed))
		manager_recover_again(m);
	manager_keep(m);
	return r;
}
