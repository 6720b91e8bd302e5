/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes away what is out of force. Order matters: the gate is closed already (the caller's duty),
 * so a body that still runs goes on into the original; pins go first, so that klpd killed here
 * leaves half-built directories that recovery removes; then our link fds, which detaches; and the
 * programs are held by fds of our own until no task can stand in a detached trampoline (the kernel
 * of 6.12 may free one under a preempted task). Without the companion nobody can wait for that in
 * bounded time: then the fds are closed at once, as any other user of BPF links does.
 */
#include "core/fault.h"
#include "core/retire.h"
#include "kern/link.h"
#include "util/errno-util.h"
#include "util/macro.h"

struct held {
	int *fds;
	size_t n;
};

static void held_done(struct held *h)
{
	for (size_t i = 0; i < h->n; i++)
		safe_close(h->fds[i]);
	free(h->fds);
}

/* A program we cannot hold is one the kernel frees on its own: no reason to keep it attached. */
static void held_add(struct held *h, const struct set *s)
{
	struct link_info info;
	int *fds, fd;

	fds = reallocarray(h->fds, h->n + s->n_links, sizeof(*fds));
	if (!fds)
		return;
	h->fds = fds;
	for (size_t i = 0; i < s->n_links; i++) {
		if (link_get_info(s->links[i], &info) < 0)
			continue;
		fd = link_program_fd(info.prog_id);
		if (fd < 0)
			continue;
		h->fds[h->n++] = fd;
		/* a task that was forced may come back into it at any time */
		if (s->forced)
			(void)pin_keep_program(s->serial, i, fd);
	}
}

int retire_pins(struct world *w, uint64_t serial, uint64_t gate)
{
	int r = pin_remove(serial);

	if (r < 0)
		world_leave_over(w, serial, gate);
	return r;
}

int retire_sets(struct world *w, struct set **sets, size_t n)
{
	_cleanup_(held_done) struct held held = { .fds = NULL };
	int r = 0;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		held_add(&held, sets[i]);
	RET_GATHER(r, fault_point(PHASE_RETIRE, 0));
	for (size_t i = 0; i < n; i++) {
		RET_GATHER(r, retire_pins(w, sets[i]->serial, set_gate(sets[i])));
		(void)world_remove(w, sets[i]);
		set_free(sets[i]);
		RET_GATHER(r, fault_point(PHASE_RETIRE, (unsigned int)i + 1));
	}
	if (w->companion)
		RET_GATHER(r, companion_barrier(w->companion));
	return r;
}

int retire_leftovers(struct world *w)
{
	size_t n = w->n_leftovers;
	int r = 0;

	w->n_leftovers = 0;
	for (size_t i = 0; i < n; i++)
		RET_GATHER(r, retire_pins(w, w->leftovers[i].serial, w->leftovers[i].gate));
	return r;
}
