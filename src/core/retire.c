/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Removes patches that are out of force. The order matters:
 *
 * 1. The caller has closed the gate, so a body that still runs continues into the original.
 * 2. Struct_ops instances that no other patch brings are detached (struct-ops.c).
 * 3. Pins are removed, so that a klpd killed here leaves half-built directories, which recovery
 *    removes.
 * 4. The link fds are closed, which detaches the bodies.
 * 5. klpd holds fds of the programs until no task can be in a detached trampoline, because Linux
 *    6.12 may free one under a preempted task. Without the companion there is no bounded wait for
 *    that, so the fds are closed at once, as other users of BPF links do.
 *
 * For a forced patch no wait is long enough, because a task may return into its programs at any
 * time. They are pinned for good first, and then its record is unregistered; from then on it is
 * retired like any other patch. If klpd is killed before that, recovery finds the record and begins
 * anew. If a program cannot be pinned, the whole patch stays where it is, with its gate closed,
 * until it can be.
 */
#include "core/fault.h"
#include "core/retire.h"
#include "core/struct-ops.h"
#include "kern/found.h"
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

/*
 * If klpd cannot get an fd of a program, the kernel frees it by itself. That matters only if the
 * patch was forced.
 */
static int held_add(struct held *h, const struct patch *s)
{
	struct link_info info;
	int *fds, fd, r = 0;

	fds = reallocarray(h->fds, h->n + s->n_links, sizeof(*fds));
	if (!fds)
		return s->forced ? -ENOMEM : 0;
	h->fds = fds;
	for (size_t i = 0; i < s->n_links; i++) {
		/* the link is gone, and so is its program */
		if (s->links[i] < 0)
			continue;
		fd = link_get_info(s->links[i], &info);
		/*
		 * struct_ops needs no fd. The kernel frees the map only after the grace periods.
		 * The companion holds the map of an override body while a task may be in it, and
		 * for good if the patch was forced. No task is ever left in another program of such
		 * a map.
		 */
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

/*
 * The same for pins without a patch: their links are all that holds the programs. Unpinning is what
 * detaches them.
 */
static int held_add_pinned(struct held *h, uint64_t serial)
{
	_cleanup_free_ uint32_t *ids = NULL;
	int *fds, r;
	size_t n;

	r = pin_link_ids(serial, &ids, &n);
	if (r < 0)
		return r;
	fds = reallocarray(h->fds, h->n + n + 1, sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	h->fds = fds;
	for (size_t i = 0; i < n; i++) {
		_cleanup_close_ int link = found_link_fd(ids[i]);
		struct link_info info;
		int fd;

		if (link < 0 || link_get_info(link, &info) < 0 || info.kind == LINK_OPS)
			continue;
		fd = link_program_fd(info.prog_id);
		if (fd < 0)
			return fd;
		h->fds[h->n++] = fd;
	}
	return 0;
}

/*
 * Take over from the companion which patches were forced: that may have happened before this klpd
 * began. If the companion does not tell, each of its patches may have been, so all programs of
 * theirs are kept for good: that costs memory, and freeing one under a task would crash the kernel.
 */
static void retire_learn(struct registry *reg, struct patch **patches, size_t n)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	if (!reg->companion)
		return;
	if (companion_status(reg->companion, &status, &records) < 0) {
		for (size_t j = 0; j < n; j++)
			patches[j]->forced = patches[j]->forced || patches[j]->id != 0;
		return;
	}
	for (uint32_t i = 0; i < status.nr; i++)
		for (size_t j = 0; j < n; j++)
			if (records[i].id == patches[j]->id &&
			    (records[i].state == KLP_FORCED_OUT ||
			     records[i].flags & KLP_PATCH_FORCED))
				patches[j]->forced = true;
}

int retire_pins(struct registry *reg, uint64_t serial, uint64_t gates_mask)
{
	int r = pin_remove(serial);

	if (r < 0)
		registry_add_stale_pins(reg, serial, gates_mask);
	return r;
}

int retire_record(struct registry *reg, uint64_t id)
{
	int r = reg->companion ? companion_unregister(reg->companion, id) : 0;

	return r == -ENOENT ? 0 : r;
}

int retire_registered(struct registry *reg, uint64_t id)
{
	int r = fault_point(PHASE_REGISTER, FAULT_UNDO);

	if (r == 0)
		r = retire_record(reg, id);
	if (r < 0)
		registry_leave_registered(reg, id);
	return r;
}

/* Takes ownership of the patch, which has left the registry. */
static int retire_one(struct registry *reg, struct patch *s, struct held *held, unsigned int point)
{
	int r = held_add(held, s);

	struct_ops_detach(reg, s);
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 1));
	if (s->forced && r == 0)
		r = retire_record(reg, s->id);
	if (s->forced && r < 0) {
		registry_add_stale_patch(reg, s);
		return r;
	}
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 2));
	RET_GATHER(r, retire_pins(reg, patch_pins(s), patch_gates_mask(s)));
	patch_free(s);
	RET_GATHER(r, fault_point(PHASE_RETIRE, point + 3));
	return r;
}

/* Hold the programs until the grace periods are over. */
static int retire_wait(struct registry *reg, struct held *held, struct grace **ret)
{
	struct grace *grace = NULL;
	int r;

	if (!reg->companion)
		return 0;
	r = grace_begin(reg->companion, TAKE_PTR(held->fds), held->n, &grace);
	held->n = 0;
	if (ret)
		*ret = grace;
	else
		RET_GATHER(r, grace_end(grace));
	return r;
}

int retire_patches(struct registry *reg, struct patch **patches, size_t n, struct grace **ret)
{
	_cleanup_(held_done) struct held held = { .fds = NULL };
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
	RET_GATHER(r, retire_wait(reg, &held, ret));
	return r;
}

/* If the programs of pins cannot be held, the pins stay. */
static int retire_stale(struct registry *reg, const struct stale_pins *l, struct held *held)
{
	int r = held_add_pinned(held, l->serial);

	if (r < 0) {
		registry_add_stale_pins(reg, l->serial, l->gates_mask);
		return r;
	}
	return retire_pins(reg, l->serial, l->gates_mask);
}

int retire_stale_pins(struct registry *reg, struct grace **ret)
{
	_cleanup_(held_done) struct held held = { .fds = NULL };
	size_t n = reg->n_stale_pins;
	int r = 0;

	if (ret)
		*ret = NULL;

	/* entries that fail again are stored at indices already read */
	reg->n_stale_pins = 0;
	for (size_t i = 0; i < n; i++) {
		struct stale_pins l = reg->stale_pins[i];

		if (l.patch)
			RET_GATHER(r, retire_one(reg, l.patch, &held, 0));
		else if (l.id)
			RET_GATHER(r, retire_registered(reg, l.id));
		else
			RET_GATHER(r, retire_stale(reg, &l, &held));
	}
	if (held.n > 0)
		RET_GATHER(r, retire_wait(reg, &held, ret));
	return r;
}
