// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds patches from links found in the kernel. A link tells which patch it belongs to (found.h)
 * and which function it is for: an fmod_ret body by its target, the others by their index. What a
 * link does not tell, such as the function of a guard body or the version of the patch, is "?" or
 * "unknown".
 */
#include "core/lost.h"
#include "kern/link.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define LOST_UNKNOWN	"unknown"

DEFINE_CLEANUP(struct meta, meta_free);

void lost_identity(const struct patch *s, uint32_t gates_map_id, struct lost_identity *ret)
{
	*ret = (struct lost_identity){ .id = s->id, .slot = s->slot, .gates_map_id = gates_map_id };
	if (s->id != 0)
		patch_record_name(s, ret->record);
}

bool lost_is(const struct found_link *l, const struct lost_identity *identity)
{
	if (l->kind == FOUND_STRUCT_OPS)
		return false;
	if (l->kind != FOUND_FMOD_RET)
		return identity->id != 0 && *l->record && STREQ(l->record, identity->record);
	if (identity->id != 0)
		return l->consistency == KLP_CONSISTENCY_PER_TASK && l->id == identity->id;
	return l->consistency == KLP_CONSISTENCY_IMMEDIATE && l->slot == identity->slot &&
	       l->gates_map_id == identity->gates_map_id;
}

/* Whether the link is the body of function i. */
static bool lost_is_func(const struct found_link *l, const struct meta *m, size_t i)
{
	const struct meta_func *f = &m->funcs[i];

	switch (l->kind) {
	case FOUND_FMOD_RET:
		return f->body == BODY_FMOD_RET && l->symbol && STREQ(l->symbol, f->symbol);
	case FOUND_GUARD:
		return f->body == BODY_GUARD && l->index == i;
	case FOUND_OVERRIDE:
		return f->body == BODY_OVERRIDE && l->index == i;
	default:
		return false;
	}
}

/*
 * Find the map of struct_ops instance i by its name among the unclaimed links. If several have that
 * name, it stays unknown.
 */
static int lost_find_map(struct patch *s, size_t i, const struct found *f, const bool *claimed)
{
	char name[sizeof(f->links->name)];
	uint32_t id = 0;
	int fd;

	(void)snprintf(name, sizeof(name), "%s", s->meta->struct_ops[i].map);
	for (size_t j = 0; j < f->n; j++) {
		if (claimed[j] || f->links[j].kind != FOUND_STRUCT_OPS ||
		    !STREQ(f->links[j].name, name))
			continue;
		if (id != 0)
			return 0;
		id = f->links[j].map_id;
	}
	fd = id != 0 ? found_map_fd(id) : -ENOENT;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	s->maps[i] = fd;
	return 0;
}

/* Whether the link holds the map of struct_ops instance i. */
static bool lost_is_struct_ops(const struct found_link *l, const struct patch *s, size_t i)
{
	uint32_t id;

	return l->kind == FOUND_STRUCT_OPS && s->maps[i] >= 0 &&
	       link_map_id(s->maps[i], &id) == 0 && id == l->map_id;
}

/* Whether the found link is link i of the patch. */
static bool lost_fits(const struct found_link *l, const struct lost_identity *identity,
		      const struct patch *s, size_t i)
{
	const struct meta *m = s->meta;

	if (i >= m->n_funcs + m->n_callbacks)
		return lost_is_struct_ops(l, s, i - m->n_funcs - m->n_callbacks);
	if (!lost_is(l, identity))
		return false;
	return i < m->n_funcs ? lost_is_func(l, m, i) :
				l->kind == FOUND_CALLBACK && l->index == i - m->n_funcs;
}

static int lost_take(const struct found_link *l, int *ret)
{
	int fd = found_link_fd(l->link_id);

	/* the link has gone since it was listed */
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	*ret = fd;
	return 0;
}

int lost_fill(struct patch *s, const struct lost_identity *identity, const struct found *f,
	      bool *claimed)
{
	for (size_t i = 0; i < s->meta->n_struct_ops; i++) {
		int r = s->maps[i] < 0 ? lost_find_map(s, i, f, claimed) : 0;

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < s->n_links; i++) {
		struct link_info info = { .link_id = 0 };
		bool have = s->links[i] >= 0 && link_get_info(s->links[i], &info) == 0;

		for (size_t j = 0; j < f->n; j++) {
			int r;

			if (have ? f->links[j].link_id != info.link_id :
				   claimed[j] || !lost_fits(&f->links[j], identity, s, i))
				continue;
			r = have ? 0 : lost_take(&f->links[j], &s->links[i]);
			if (r < 0)
				return r;
			claimed[j] = true;
			break;
		}
	}
	return 0;
}

static int lost_add_func(struct meta *m, const struct found_link *l)
{
	struct meta_func *func = &m->funcs[m->n_funcs];

	func->body = l->kind == FOUND_FMOD_RET ? BODY_FMOD_RET :
		     l->kind == FOUND_GUARD ? BODY_GUARD : BODY_OVERRIDE;
	func->object = strdup("vmlinux");
	func->symbol = strdup(l->symbol ?: "?");
	func->program = strdup(*l->name ? l->name : "?");
	m->n_funcs++;
	return func->object && func->symbol && func->program ? 0 : -ENOMEM;
}

static int lost_meta(const char *name, size_t room, struct meta **ret)
{
	_cleanup_(meta_freep) struct meta *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->name = strdup(name);
	m->version = strdup(LOST_UNKNOWN);
	m->description = strdup("");
	m->set = strdup("");
	m->funcs = calloc(MAX(room, (size_t)1), sizeof(*m->funcs));
	if (!m->name || !m->version || !m->description || !m->set || !m->funcs)
		return -ENOMEM;
	*ret = TAKE_PTR(m);
	return 0;
}

int lost_make(const char *name, uint64_t serial, const struct lost_identity *identity,
	      const struct found *f, bool *claimed, struct patch **ret)
{
	_cleanup_(meta_freep) struct meta *m = NULL;
	_cleanup_free_ size_t *index = calloc(f->n + 1, sizeof(*index));
	_cleanup_(patch_freep) struct patch *s = NULL;
	int r = index ? lost_meta(name, MIN(f->n, (size_t)KLP_FUNCS_MAX), &m) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < f->n; i++) {
		const struct found_link *l = &f->links[i];

		if (claimed[i] || !lost_is(l, identity))
			continue;
		claimed[i] = true;
		if (l->kind == FOUND_CALLBACK || m->n_funcs >= KLP_FUNCS_MAX)
			continue;
		index[m->n_funcs] = i;
		r = lost_add_func(m, l);
	}
	if (r == 0)
		r = patch_new(TAKE_PTR(m), "", &s);
	for (size_t i = 0; r == 0 && i < s->n_links; i++)
		r = lost_take(&f->links[index[i]], &s->links[i]);
	if (r < 0)
		return r;
	s->lost = true;
	s->serial = serial;
	s->id = identity->id;
	s->slot = identity->slot;
	s->consistency = identity->id != 0 ? KLP_CONSISTENCY_PER_TASK : KLP_CONSISTENCY_IMMEDIATE;
	*ret = TAKE_PTR(s);
	return 0;
}

bool lost_parse_record(const char *record, char ret_name[static KLP_NAME_LEN], uint64_t *ret_serial)
{
	const char *dot = strrchr(record, '.');
	unsigned long long serial;
	char *end;

	if (!dot || dot[1] < '1' || dot[1] > '9' || (size_t)(dot - record) >= KLP_NAME_LEN)
		return false;
	errno = 0;
	serial = strtoull(dot + 1, &end, 10);
	if (*end || errno != 0 || serial > INT64_MAX)
		return false;
	(void)snprintf(ret_name, KLP_NAME_LEN, "%.*s", (int)(dot - record), record);
	*ret_serial = serial;
	return meta_name_valid(ret_name);
}
