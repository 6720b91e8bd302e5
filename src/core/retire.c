/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes away what is out of force. Order matters: the gate is closed already (the caller's duty),
 * so a body that still runs goes on into the original; pins go first, so that klpd killed here
 * leaves half-built directories that recovery removes; then our link fds, which detaches; and the
 * programs are held by fds of our own until no task can stand in a detached trampoline (the kernel
 * of 6.12 may free one under a preempted task). Without the companion nobody can wait for that in
 * bounded time: then the fds are closed at once, as any other user of BPF links does. Tables that
 * no other set brings are detached before all that (table.c).
 *
 * No wait is long enough for a set that was forced: a task may come back into its programs at any
 * time. They are pinned for good before anything else, then its record is withdrawn, which would
 * have told the next klpd so; from there on it is a set like any that left. Killed before that,
 * recovery finds the record and begins anew. If a program cannot be kept the whole set stays where
 * it is, with its gate closed, until it can.
 */
#include "core/fault.h"
#include "core/retire.h"
#include "core/table.h"
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

/* A program we cannot hold is one the kernel frees on its own: only if it was forced that
 * matters. */
static int held_add(struct held *h, const struct patch *s)
{
	struct link_info info;
	int *fds, fd, r = 0;

	fds = reallocarray(h->fds, h->n + s->n_links, sizeof(*fds));
	if (!fds)
		return s->forced ? -ENOMEM : 0;
	h->fds = fds;
	for (size_t i = 0; i < s->n_links; i++) {
		/* the link is gone, and the program with it */
		if (s->links[i] < 0)
			continue;
		fd = link_get_info(s->links[i], &info);
		/* the kernel frees a struct_ops map only after the grace periods; the companion
		 * holds the map of a replace body while a task may be in it, for good if it was
		 * forced, and none is ever left in another program of such a map */
		if (fd == 0 && info.kind == LINK_OPS)
			continue;
		if (fd == 0)
			fd = link_program_fd(info.prog_id);
		if (fd < 0) {
			RET_GATHER(r, fd);
			continue;
		}
		h->fds[h->n++] = fd;
		if (s->forced)
			RET_GATHER(r, pin_keep_program(s->serial, i, fd));
	}
	return s->forced ? r : 0;
}

/* The companion knows better than we who was forced: it may have been before our time. */
static void retire_learn(struct registry *reg, struct patch **patches, size_t n)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	if (!reg->companion || companion_status(reg->companion, &status, &records) < 0)
		return;
	for (uint32_t i = 0; i < status.nr; i++)
		for (size_t j = 0; j < n; j++)
			if (records[i].id == patches[j]->id &&
			    (records[i].state == KLP_FORCED_OUT ||
			     records[i].flags & KLP_PATCH_FORCED))
				patches[j]->forced = true;
}

int retire_pins(struct registry *reg, uint64_t serial, uint64_t gate)
{
	int r = pin_remove(serial);

	if (r < 0)
		registry_leave_over(reg, serial, gate);
	return r;
}

int retire_record(struct registry *reg, uint64_t id)
{
	int r = reg->companion ? companion_withdraw(reg->companion, id) : 0;

	return r == -ENOENT ? 0 : r;
}

/* Takes the set over, which is in no registry any more. */
static int retire_one(struct registry *reg, struct patch *s, struct held *held, unsigned int point)
{
	int r = held_add(held, s);

	table_detach(reg, s);
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 1));
	if (s->forced && r == 0)
		r = retire_record(reg, s->id);
	if (s->forced && r < 0) {
		registry_leave_patch(reg, s);
		return r;
	}
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 2));
	RET_GATHER(r, retire_pins(reg, patch_pins(s), patch_gate(s)));
	patch_free(s);
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 3));
	return r;
}

int retire_patches(struct registry *reg, struct patch **patches, size_t n, struct grace **ret)
{
	_cleanup_(held_done) struct held held = { .fds = NULL };
	struct grace *grace = NULL;
	int r = 0;

	if (ret)
		*ret = NULL;
	if (n == 0)
		return 0;
	RET_GATHER(r, fault_point(PHASE_RETIRE, 0));
	retire_learn(reg, patches, n);
	for (size_t i = 0; i < n; i++) {
		(void)registry_remove(reg, patches[i]);
		RET_GATHER(r, retire_one(reg, patches[i], &held, 3 * (unsigned int)i));
	}
	if (!reg->companion)
		return r;
	RET_GATHER(r, grace_begin(reg->companion, TAKE_PTR(held.fds), held.n, &grace));
	held.n = 0;
	if (ret)
		*ret = grace;
	else
		RET_GATHER(r, grace_end(grace));
	return r;
}

int retire_leftovers(struct registry *reg)
{
	_cleanup_(held_done) struct held held = { .fds = NULL };
	size_t n = reg->n_leftovers;
	int r = 0;

	/* what is left over again is put in a place that was looked at already */
	reg->n_leftovers = 0;
	for (size_t i = 0; i < n; i++) {
		struct leftover l = reg->leftovers[i];

		if (l.patch)
			RET_GATHER(r, retire_one(reg, l.patch, &held, 0));
		else
			RET_GATHER(r, retire_pins(reg, l.serial, l.gate));
	}
	return r;
}
