// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct_ops instances: which map a link holds, and when it is detached.
 *
 *   only in the new patch   registered at ATTACH, when its name is not in use yet; detached when
 *                           the patch leaves
 *   in both                 keeps the link of the old patch, pinned by both; updated just before
 *                           SWITCH
 *   only in the old         detached at RETIRE
 *
 * So the name is registered at all times, and whichever patch leaves, the link stays with the
 * other.
 *
 * klpd does not record which map a link should hold. It derives it: the map of the patch that is in
 * force or entering. Both maps are pinned, so a klpd that starts after a crash can restore either.
 * An update names the map that it replaces, so a map installed by another program is never
 * overwritten.
 *
 * A link is detached before its fd is closed. Unpinning alone would remove the instance from the
 * kernel's list only some time later. A patch that brings the same name in the meantime would be
 * refused.
 */
#include <fcntl.h>

#include "core/struct-ops.h"
#include "kern/link.h"
#include "kern/object.h"
#include "util/errno-util.h"
#include "util/macro.h"

static int *struct_ops_link(struct patch *s, size_t i)
{
	return &s->links[patch_struct_ops_link(s, i)];
}

/* The map that the link of instance i holds (0: none), and the patch's own map. */
static int struct_ops_maps(const struct patch *s, size_t i, uint32_t *ret_held, uint32_t *ret_own)
{
	struct link_info info;
	int r = link_get_info(s->links[patch_struct_ops_link(s, i)], &info);

	if (r == 0 && info.kind != LINK_OPS)
		r = -EINVAL;
	if (r == 0)
		r = link_map_id(s->maps[i], ret_own);
	if (r == 0)
		*ret_held = info.map_id;
	return r;
}

int struct_ops_look(const struct patch *s, size_t i)
{
	uint32_t held, own;
	int r;

	if (s->links[patch_struct_ops_link(s, i)] < 0 || s->maps[i] < 0)
		return 0;
	r = struct_ops_maps(s, i, &held, &own);
	return r < 0 ? r : held == own;
}

static bool struct_ops_is_current(const struct patch *s, size_t i)
{
	return struct_ops_look(s, i) > 0;
}

/* The patch that brings this instance, and the index of the instance in it. */
static struct patch *struct_ops_owner(struct patch *const *patches, size_t n,
				      const struct meta_struct_ops *t, size_t *ret)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < patches[i]->meta->n_struct_ops; j++)
			if (meta_struct_ops_same(&patches[i]->meta->struct_ops[j], t)) {
				*ret = j;
				return patches[i];
			}
	return NULL;
}

static int struct_ops_refuse(const struct patch *s, const struct meta_struct_ops *t,
			     struct report *report)
{
	report_names(report, s->meta->name, NULL, NULL);
	return report_set(
		report, OUTCOME_TAKEN,
		"The kernel or another program already has a struct_ops instance '%s' of type %s",
		t->name, t->type);
}

int struct_ops_attach(struct patch *s, size_t i, const struct object *o, struct report *report)
{
	const struct meta_struct_ops *t = &s->meta->struct_ops[i];
	int r;

	r = object_struct_ops_fd(o, t->map);
	if (r >= 0) {
		s->maps[i] = r;
		/* if the name is taken, this still prepares the map for a later update */
		r = object_attach_struct_ops(o, t->map);
	}
	if (r >= 0) {
		*struct_ops_link(s, i) = r;
		return 0;
	}
	if (r == -EEXIST)
		return r;
	report_names(report, s->meta->name, NULL, NULL);
	return report_errno(report, r, "Cannot register struct_ops instance '%s' of type %s",
			    t->name, t->type);
}

int struct_ops_share(struct patch *s, size_t i, struct patch *const *leave, size_t n_leave,
		     struct report *report)
{
	const struct meta_struct_ops *t = &s->meta->struct_ops[i];
	struct patch *owner;
	size_t j;
	int r;

	owner = struct_ops_owner(leave, n_leave, t, &j);
	if (!owner || !struct_ops_is_current(owner, j))
		return struct_ops_refuse(s, t, report);
	r = fcntl(*struct_ops_link(owner, j), F_DUPFD_CLOEXEC, 3);
	if (r < 0)
		return errno_negative();
	*struct_ops_link(s, i) = r;
	return 0;
}

/* One instance: its link holds map `held`, which must belong to one of the others. */
static int struct_ops_take_one(struct patch *s, size_t i, uint32_t held,
			       struct patch *const *others, size_t n)
{
	const struct meta_struct_ops *t = &s->meta->struct_ops[i];
	uint32_t id;

	if (held == 0)
		return -ENOLINK;
	for (size_t o = 0; o < n; o++)
		for (size_t j = 0; j < others[o]->meta->n_struct_ops; j++)
			if (meta_struct_ops_same(&others[o]->meta->struct_ops[j], t) &&
			    link_map_id(others[o]->maps[j], &id) == 0 && id == held)
				return link_update(*struct_ops_link(s, i), s->maps[i],
						   others[o]->maps[j]);
	return -EPERM;
}

int struct_ops_take(struct patch *s, struct patch *const *others, size_t n,
		    const struct meta_struct_ops **ret_failed)
{
	int ret = 0;

	for (size_t i = 0; i < s->meta->n_struct_ops; i++) {
		uint32_t held, own;
		int r = struct_ops_maps(s, i, &held, &own);

		if (r == 0 && held != own)
			r = struct_ops_take_one(s, i, held, others, n);
		if (r < 0 && ret == 0 && ret_failed)
			*ret_failed = &s->meta->struct_ops[i];
		RET_GATHER(ret, r);
	}
	return ret;
}

int struct_ops_settle(struct registry *reg)
{
	int ret = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		if (reg->patches[i]->state != PATCH_LEAVING)
			RET_GATHER(ret, struct_ops_take(reg->patches[i], reg->patches,
							reg->n_patches, NULL));
	return ret;
}

/* Ids of the links of all instances in the registry; -ENOMEM. */
static int struct_ops_links(const struct registry *reg, uint32_t **ret, size_t *ret_n)
{
	_cleanup_free_ uint32_t *ids = NULL;
	struct link_info info;
	size_t n = 0;

	ids = calloc(reg->n_patches * KLP_STRUCT_OPS_MAX + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < reg->n_patches; i++)
		for (size_t j = 0; j < reg->patches[i]->meta->n_struct_ops; j++)
			if (link_get_info(*struct_ops_link(reg->patches[i], j), &info) == 0)
				ids[n++] = info.link_id;
	*ret = TAKE_PTR(ids);
	*ret_n = n;
	return 0;
}

void struct_ops_detach(const struct registry *reg, struct patch *s)
{
	_cleanup_free_ uint32_t *ids = NULL;
	struct link_info info;
	size_t n;

	/* without memory, the kernel detaches it once its pins and fds are gone */
	if (s->meta->n_struct_ops == 0 || struct_ops_links(reg, &ids, &n) < 0)
		return;
	for (size_t i = 0; i < s->meta->n_struct_ops; i++) {
		bool shared = false;

		if (link_get_info(*struct_ops_link(s, i), &info) < 0)
			continue;
		for (size_t j = 0; j < n; j++)
			shared = shared || ids[j] == info.link_id;
		if (!shared)
			(void)link_detach(*struct_ops_link(s, i));
	}
}

void struct_ops_detach_half_built(const struct registry *reg, uint64_t serial)
{
	_cleanup_free_ uint32_t *ids = NULL;
	size_t n;

	if (struct_ops_links(reg, &ids, &n) == 0)
		pin_detach_ops(serial, ids, n);
}
