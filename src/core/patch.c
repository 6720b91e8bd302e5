/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loaded patches as values, built for a file that is being loaded or from pins that were read back.
 * Owns the fds of the links and the parsed metadata. Pins are untrusted input, checked here for
 * consistency. Nothing here queries or changes the kernel.
 */
#include "core/patch.h"
#include "util/macro.h"

static const char *const state_names[] = {
	[PATCH_ENTERING] = "entering",
	[PATCH_IN_FORCE] = "in_force",
	[PATCH_LEAVING] = "leaving",
	[PATCH_RECOVERY_INCOMPLETE] = "recovery_incomplete",
};
static_assert(ARRAY_SIZE(state_names) == _PATCH_STATE_MAX, "a name for each state");

DEFINE_CLEANUP(struct meta, meta_free);

int patch_new(struct meta *meta, const char *path, struct patch **ret)
{
	_cleanup_(patch_freep) struct patch *s = NULL;
	_cleanup_(meta_freep) struct meta *m = meta;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->path = strdup(path);
	s->n_links = m->n_funcs + m->n_callbacks + m->n_struct_ops;
	s->links = calloc(MAX(s->n_links, (size_t)1), sizeof(*s->links));
	s->link_ids = calloc(MAX(s->n_links, (size_t)1), sizeof(*s->link_ids));
	for (size_t i = 0; i < KLP_STRUCT_OPS_MAX; i++)
		s->maps[i] = -EBADF;
	if (!s->path || !s->links || !s->link_ids)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_links; i++)
		s->links[i] = -EBADF;
	s->meta = TAKE_PTR(m);
	*ret = TAKE_PTR(s);
	return 0;
}

int patch_from_pin(struct pin_patch *pin, struct patch **ret)
{
	_cleanup_(patch_freep) struct patch *s = NULL;
	const struct pin_header *h = &pin->header;
	struct meta *meta;
	int r;

	if (h->serial == 0 || !memchr(h->path, 0, sizeof(h->path)))
		return -EINVAL;
	if (h->consistency == KLP_CONSISTENCY_IMMEDIATE) {
		if (h->slot >= KLP_GATE_SLOTS || h->id != 0)
			return -EINVAL;
	} else if (h->consistency != KLP_CONSISTENCY_PER_TASK || h->id == 0) {
		return -EINVAL;
	}
	r = meta_from_section(pin->meta, h->meta_size, &meta, NULL);
	if (r != 0)
		return r < 0 ? r : -EINVAL;
	r = patch_new(meta, h->path, &s);
	if (r < 0)
		return r;
	if (pin->n_links != s->n_links || pin->n_maps != s->meta->n_struct_ops)
		return -EINVAL;

	r = patch_keep_section(s, pin->meta, h->meta_size);
	if (r < 0)
		return r;
	s->serial = h->serial;
	s->pinned = pin->serial;
	s->id = h->id;
	s->consistency = h->consistency;
	s->slot = h->slot;
	s->enabled_usec = h->enabled_usec;
	memcpy(s->sha256, h->sha256, sizeof(s->sha256));
	for (size_t i = 0; i < s->n_links; i++)
		s->links[i] = TAKE_FD(pin->links[i]);
	for (size_t i = 0; i < s->meta->n_struct_ops; i++)
		s->maps[i] = TAKE_FD(pin->maps[i]);
	*ret = TAKE_PTR(s);
	return 0;
}

struct patch *patch_free(struct patch *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; s->links && i < s->n_links; i++)
		s->links[i] = safe_close(s->links[i]);
	for (size_t i = 0; i < KLP_STRUCT_OPS_MAX; i++)
		s->maps[i] = safe_close(s->maps[i]);
	free(s->links);
	free(s->section);
	free(s->link_ids);
	for (size_t i = 0; s->listed && i < s->meta->n_funcs; i++)
		free(s->listed[i]);
	free(s->listed);
	meta_free(s->meta);
	free(s->path);
	free(s);
	return NULL;
}

int patch_keep_section(struct patch *s, const void *section, size_t size)
{
	void *copy = malloc(size);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, section, size);
	free(s->section);
	s->section = copy;
	s->section_size = size;
	return 0;
}

size_t patch_missing(const struct patch *s)
{
	size_t n = s->n_lost;

	for (size_t i = 0; i < s->n_links; i++)
		n += s->links[i] < 0;
	return n;
}

uint64_t patch_pins(const struct patch *s)
{
	return s->pinned ?: s->serial;
}

int patch_to_header(const struct patch *s, size_t meta_size, struct pin_header *ret)
{
	if (meta_size > KLP_META_MAX || strlen(s->path) >= sizeof(ret->path))
		return -E2BIG;
	*ret = (struct pin_header){
		.magic = PIN_MAGIC,
		.format = PIN_FORMAT,
		.consistency = s->consistency,
		.serial = s->serial,
		.id = s->id,
		.slot = s->slot,
		.n_links = (uint32_t)s->n_links,
		.enabled_usec = s->enabled_usec,
		.meta_size = (uint32_t)meta_size,
		.n_maps = (uint32_t)s->meta->n_struct_ops,
	};
	memcpy(ret->sha256, s->sha256, sizeof(ret->sha256));
	memcpy(ret->path, s->path, strlen(s->path));
	return 0;
}

size_t patch_struct_ops_link(const struct patch *s, size_t i)
{
	return s->meta->n_funcs + s->meta->n_callbacks + i;
}

void patch_record_name(const struct patch *s, char ret[static KLP_NAME_LEN])
{
	(void)snprintf(ret, KLP_NAME_LEN, "%.*s.%llu", KLP_NAME_LEN - 22, s->meta->name,
		       (unsigned long long)s->serial);
}

uint64_t patch_gates_mask(const struct patch *s)
{
	return s->consistency == KLP_CONSISTENCY_IMMEDIATE ? 1ULL << s->slot : 0;
}

const char *patch_state_to_string(enum patch_state state)
{
	return state < _PATCH_STATE_MAX ? state_names[state] : "unknown";
}

const char *patch_consistency_to_string(uint32_t consistency)
{
	return consistency == KLP_CONSISTENCY_PER_TASK ? "per_task" : "immediate";
}
