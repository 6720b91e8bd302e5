// SPDX-License-Identifier: GPL-2.0-only
/*
 * The struct_ops maps of a patch. Any process with the capability can update a link to another map,
 * so the kernel is asked each time which map the link holds.
 */
#include <stdio.h>

#include "core/struct-ops.h"
#include "kern/link.h"
#include "klpd/json-struct-ops.h"
#include "klpd/json-text.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int json_struct_ops_one(const struct meta_struct_ops *t, const struct patch *s, size_t i,
			       sd_json_variant **ret)
{
	struct link_info info = { .link_id = 0 };
	uint32_t map = 0;
	bool known = s && link_get_info(s->links[patch_struct_ops_link(s, i)], &info) == 0 &&
		     link_map_id(s->maps[i], &map) == 0;

	return sd_json_buildo(ret,
		PAIR_TEXT("type", t->type),
		PAIR_TEXT("name", t->name),
		PAIR_TEXT("map", t->map),
		SD_JSON_BUILD_PAIR_CONDITION(known, "mapId", SD_JSON_BUILD_UNSIGNED(map)),
		SD_JSON_BUILD_PAIR_CONDITION(known, "linkId", SD_JSON_BUILD_UNSIGNED(info.link_id)),
		SD_JSON_BUILD_PAIR_CONDITION(known, "current",
					     SD_JSON_BUILD_BOOLEAN(known && info.map_id == map)));
}

int json_struct_ops(const struct meta *m, const struct patch *s, sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *array = NULL;
	int r;

	r = sd_json_variant_new_array(&array, NULL, 0);
	for (size_t i = 0; r >= 0 && i < m->n_struct_ops; i++) {
		_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;

		r = json_struct_ops_one(&m->struct_ops[i], s, i, &v);
		if (r >= 0)
			r = sd_json_variant_append_array(&array, v);
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(array);
	return 0;
}

bool json_struct_ops_current(const struct patch *s)
{
	for (size_t i = 0; s->state == PATCH_IN_FORCE && i < s->meta->n_struct_ops; i++)
		/* if it cannot be read, a warning says so */
		if (struct_ops_look(s, i) == 0)
			return false;
	return true;
}
