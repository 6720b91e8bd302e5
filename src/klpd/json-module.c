// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which objects of a patch are loaded and patched. Modules come and go without klpd, so the
 * companion is asked each time and nothing is remembered.
 */
#include <stdbool.h>

#include "klpd/json-module.h"
#include "klpd/json-text.h"
#include "util/cleanup.h"
#include "util/macro.h"

/* Flags of the record; 0 if it cannot be read, which the warnings report. */
static uint32_t objects_flags(struct companion *c, uint64_t id)
{
	_cleanup_free_ struct klp_uapi_patch *records = NULL;
	struct klp_ioc_status status;

	if (companion_status(c, &status, &records) < 0)
		return 0;
	for (uint32_t i = 0; i < status.nr; i++)
		if (records[i].id == id)
			return records[i].flags;
	return 0;
}

void json_objects_read(const struct registry *reg, const struct patch *s, struct json_objects *ret)
{
	int r;

	*ret = (struct json_objects){ .n = 0 };
	if (!reg->companion || s->id == 0)
		return;
	r = companion_objects(reg->companion, s->id, &ret->list, &ret->n);
	ret->unread = r < 0 && r != -ENOENT;
	ret->flags = objects_flags(reg->companion, s->id);
}

void json_objects_done(struct json_objects *o)
{
	free(o->list);
}

static const struct klp_uapi_object *objects_find(const struct json_objects *o, const char *name)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (STREQ(o->list[i].name, name))
			return &o->list[i];
	return NULL;
}

int json_objects(const struct json_objects *o, sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *array = NULL;

	for (uint32_t i = 0; i < o->n; i++) {
		_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
		uint32_t flags = o->list[i].flags;
		int r;

		r = sd_json_buildo(&v,
			PAIR_TEXT("name", o->list[i].name),
			SD_JSON_BUILD_PAIR_BOOLEAN("loaded", (flags & KLP_OBJECT_LOADED) != 0),
			SD_JSON_BUILD_PAIR_BOOLEAN("patched", (flags & KLP_OBJECT_PATCHED) != 0));
		if (r >= 0)
			r = sd_json_variant_append_array(&array, v);
		if (r < 0)
			return r;
	}
	if (!array)
		return -ENODATA;
	*ret = TAKE_PTR(array);
	return 0;
}

const char *json_objects_state(const struct json_objects *o, const struct patch *s,
			       const struct meta_func *f, enum json_link link)
{
	const struct klp_uapi_object *object = objects_find(o, f->object);

	if (object && !(object->flags & KLP_OBJECT_LOADED))
		return "waiting";
	if (link == JSON_LINK_GONE)
		return "missing";
	if (link == JSON_LINK_UNREAD || o->unread)
		return "unknown";
	/* without per-task consistency a function is patched from the moment it is attached */
	if (s->consistency == KLP_CONSISTENCY_IMMEDIATE)
		return "attached";
	return object && (object->flags & KLP_OBJECT_PATCHED) ? "attached" : NULL;
}

unsigned int json_objects_waiting(const struct json_objects *o, const struct meta *m)
{
	unsigned int n = 0;

	for (size_t i = 0; i < m->n_funcs; i++) {
		const struct klp_uapi_object *object = objects_find(o, m->funcs[i].object);

		n += object && !(object->flags & KLP_OBJECT_LOADED);
	}
	return n;
}
