/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Warnings as values of interface io.klpd.Manager: sentences for users, and the same warnings with
 * separate names for programs.
 */
#include "klpd/json-warning.h"
#include "klpd/json-text.h"
#include "util/cleanup.h"
#include "util/macro.h"

#define _cleanup_json_ _cleanup_(sd_json_variant_unrefp)

static int json_warning(const struct warning *w, sd_json_variant **ret)
{
	const struct meta *m = w->patch ? w->patch->meta : NULL;
	const struct meta_func *f = m && w->func < m->n_funcs ? &m->funcs[w->func] : NULL;

	return sd_json_buildo(ret,
		PAIR_TEXT("kind", warning_kind_to_string(w->kind)),
		PAIR_TEXT("text", w->text),
		PAIR_TEXT("effect", effect_to_string(w->effect)),
		SD_JSON_BUILD_PAIR_CONDITION(m != NULL, "patch",
					     JSON_BUILD_TEXT(m ? m->name : NULL)),
		SD_JSON_BUILD_PAIR_CONDITION(f != NULL, "object",
					     JSON_BUILD_TEXT(f ? f->object : NULL)),
		SD_JSON_BUILD_PAIR_CONDITION(f != NULL, "function",
					     JSON_BUILD_TEXT(f ? f->symbol : NULL)),
		SD_JSON_BUILD_PAIR_CONDITION(w->other != NULL, "other",
					     JSON_BUILD_TEXT(w->other)),
		SD_JSON_BUILD_PAIR_CONDITION(w->link_id != 0, "linkId",
					     SD_JSON_BUILD_UNSIGNED(w->link_id)));
}

static int json_warning_text(const struct warning *w, sd_json_variant **ret)
{
	return json_text(w->text, ret);
}

static int json_array(const struct warnings *l,
		      int (*make)(const struct warning *w, sd_json_variant **ret),
		      sd_json_variant **ret)
{
	_cleanup_json_ sd_json_variant *array = NULL;
	int r = sd_json_variant_new_array(&array, NULL, 0);

	for (size_t i = 0; r >= 0 && i < l->n; i++) {
		_cleanup_json_ sd_json_variant *v = NULL;

		if (!l->list[i].text)
			break;
		r = make(&l->list[i], &v);
		if (r >= 0)
			r = sd_json_variant_append_array(&array, v);
	}
	if (r < 0)
		return r;
	*ret = TAKE_PTR(array);
	return 0;
}

int json_warnings(const struct warnings *l, sd_json_variant **ret)
{
	return json_array(l, json_warning_text, ret);
}

int json_warning_details(const struct warnings *l, sd_json_variant **ret)
{
	return json_array(l, json_warning, ret);
}
