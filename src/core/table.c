// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct_ops tables: which map a link holds, and when it is detached.
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
 * A link is detached before its fd is closed. Unpinning alone would remove the table from the
 * kernel's list only some time later. A patch that brings the same name in the meantime would be
 * refused.
 */
#include <fcntl.h>

#include "core/table.h"
#include "kern/link.h"
#include "kern/object.h"
#include "util/errno-util.h"
#include "util/macro.h"

static int *table_link(struct patch *s, size_t i)
{
	return &s->links[patch_table_link(s, i)];
}

/* The map that the link of table i holds (0: none), and the patch's own map. */
static int table_maps(const struct patch *s, size_t i, uint32_t *ret_held, uint32_t *ret_own)
{
	struct link_info info;
	int r = link_get_info(s->links[patch_table_link(s, i)], &info);

	if (r == 0 && info.kind != LINK_OPS)
		r = -EINVAL;
	if (r == 0)
		r = link_map_id(s->maps[i], ret_own);
	if (r == 0)
		*ret_held = info.map_id;
	return r;
}

bool table_is_current(const struct patch *s, size_t i)
{
	uint32_t held, own;

	return table_maps(s, i, &held, &own) == 0 && held == own;
}

/* The patch that brings this table, and the index of the table in it. */
static struct patch *table_owner(struct patch *const *patches, size_t n, const struct meta_table *t,
				 size_t *ret)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < patches[i]->meta->n_tables; j++)
			if (meta_table_same(&patches[i]->meta->tables[j], t)) {
				*ret = j;
				return patches[i];
			}
	return NULL;
}

static int table_refuse(const struct patch *s, const struct meta_table *t, struct report *report)
{
	report_names(report, s->meta->name, NULL, NULL);
	return report_set(report, OUTCOME_TAKEN,
			  "The kernel or somebody else has a table '%s' of type %s already", t->name,
			  t->type);
}

int table_attach(struct patch *s, size_t i, const struct object *o, struct patch *const *leave,
		 size_t n_leave, bool *ret_shared, struct report *report)
{
	const struct meta_table *t = &s->meta->tables[i];
	struct patch *owner;
	size_t j;
	int r;

	*ret_shared = false;
	r = object_table_fd(o, t->map);
	if (r >= 0) {
		s->maps[i] = r;
		/* if the name is taken, this still prepares the map for a later update */
		r = object_attach_table(o, t->map);
	}
	if (r >= 0) {
		*table_link(s, i) = r;
		return 0;
	}
	if (r != -EEXIST) {
		report_names(report, s->meta->name, NULL, NULL);
		return report_errno(report, r, "Cannot register table '%s' of type %s", t->name, t->type);
	}
	owner = table_owner(leave, n_leave, t, &j);
	if (!owner || !table_is_current(owner, j))
		return table_refuse(s, t, report);
	r = fcntl(*table_link(owner, j), F_DUPFD_CLOEXEC, 3);
	if (r < 0)
		return errno_negative();
	*table_link(s, i) = r;
	*ret_shared = true;
	return 0;
}

/* One table: its link holds map `held`, which must belong to one of the others. */
static int table_take_one(struct patch *s, size_t i, uint32_t held, struct patch *const *others,
			  size_t n)
{
	const struct meta_table *t = &s->meta->tables[i];
	uint32_t id;

	if (held == 0)
		return -ENOLINK;
	for (size_t o = 0; o < n; o++)
		for (size_t j = 0; j < others[o]->meta->n_tables; j++)
			if (meta_table_same(&others[o]->meta->tables[j], t) &&
			    link_map_id(others[o]->maps[j], &id) == 0 && id == held)
				return link_update(*table_link(s, i), s->maps[i],
						   others[o]->maps[j]);
	return -EPERM;
}

int table_take(struct patch *s, struct patch *const *others, size_t n,
	       const struct meta_table **ret_table)
{
	int ret = 0;

	for (size_t i = 0; i < s->meta->n_tables; i++) {
		uint32_t held, own;
		int r = table_maps(s, i, &held, &own);

		if (r == 0 && held != own)
			r = table_take_one(s, i, held, others, n);
		if (r < 0 && ret == 0 && ret_table)
			*ret_table = &s->meta->tables[i];
		RET_GATHER(ret, r);
	}
	return ret;
}

int table_settle(struct registry *reg)
{
	int ret = 0;

	for (size_t i = 0; i < reg->n_patches; i++)
		if (reg->patches[i]->state != PATCH_LEAVING)
			RET_GATHER(ret,
				   table_take(reg->patches[i], reg->patches, reg->n_patches, NULL));
	return ret;
}

/* Ids of the links of all tables in the registry; -ENOMEM. */
static int table_links(const struct registry *reg, uint32_t **ret, size_t *ret_n)
{
	_cleanup_free_ uint32_t *ids = NULL;
	struct link_info info;
	size_t n = 0;

	ids = calloc(reg->n_patches * KLP_TABLES_MAX + 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < reg->n_patches; i++)
		for (size_t j = 0; j < reg->patches[i]->meta->n_tables; j++)
			if (link_get_info(*table_link(reg->patches[i], j), &info) == 0)
				ids[n++] = info.link_id;
	*ret = TAKE_PTR(ids);
	*ret_n = n;
	return 0;
}

void table_detach(const struct registry *reg, struct patch *s)
{
	_cleanup_free_ uint32_t *ids = NULL;
	struct link_info info;
	size_t n;

	/* without memory, the kernel detaches it once its pins and fds are gone */
	if (s->meta->n_tables == 0 || table_links(reg, &ids, &n) < 0)
		return;
	for (size_t i = 0; i < s->meta->n_tables; i++) {
		bool shared = false;

		if (link_get_info(*table_link(s, i), &info) < 0)
			continue;
		for (size_t j = 0; j < n; j++)
			shared = shared || ids[j] == info.link_id;
		if (!shared)
			(void)link_detach(*table_link(s, i));
	}
}

void table_detach_half_built(const struct registry *reg, uint64_t serial)
{
	_cleanup_free_ uint32_t *ids = NULL;
	size_t n;

	if (table_links(reg, &ids, &n) == 0)
		pin_detach_ops(serial, ids, n);
}
