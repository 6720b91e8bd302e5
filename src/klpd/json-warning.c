/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is not as it should be, in sentences: what recovery met, what could not be removed, and
 * where a patch in force was not in force for a call. The last is asked of the kernel each time.
 */
#include <stdio.h>

#include "kern/link.h"
#include "klpd/json-table.h"
#include "klpd/json.h"
#include "util/cleanup.h"
#include "util/macro.h"

static int warning_add(sd_json_variant **array, const char *text)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *v = NULL;
	int r = sd_json_variant_new_string(&v, text);

	return r < 0 ? r : sd_json_variant_append_array(array, v);
}

/* Calls that went into the original although the patch is in force. */
static int missed_warnings(const struct set *s, sd_json_variant **array)
{
	_cleanup_free_ char *text = NULL;
	struct link_info info;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < s->meta->n_funcs; i++) {
		if (link_get_info(s->links[i], &info) < 0 || info.recursion_misses == 0)
			continue;
		free(text);
		if (asprintf(&text, "Patch '%s' missed %llu calls of '%s': the original ran",
			     s->meta->name, (unsigned long long)info.recursion_misses,
			     s->meta->funcs[i].symbol) < 0) {
			text = NULL;
			return -ENOMEM;
		}
		r = warning_add(array, text);
	}
	return r;
}

/* Sets that somebody took a body or a callback from while it could run, and sets with a body that
 * could not run at a call. */
static int record_warning(const struct set *s, uint32_t flag, sd_json_variant **array)
{
	_cleanup_free_ char *text = NULL;
	int r;

	if (flag == KLP_RECORD_BROKEN)
		r = asprintf(&text, "Patch '%s' is not whole: somebody detached a guard or replace body "
			     "or a callback of it; disable or replace it", s->meta->name);
	else
		r = asprintf(&text, "Patch '%s' was passed over in a call where its body cannot run (it may "
			     "sleep and the caller must not, or too many bodies were in one another): "
			     "the original ran",
			     s->meta->name);
	if (r < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return warning_add(array, text);
}

static int record_warnings(const struct world *w, sd_json_variant **array)
{
	static const uint32_t told[] = { KLP_RECORD_BROKEN, KLP_RECORD_PASSED_OVER };
	_cleanup_free_ struct klp_uapi_record *records = NULL;
	struct klp_ioc_status status;
	int r = 0;

	if (!w->companion || companion_status(w->companion, &status, &records) < 0)
		return 0;
	for (uint32_t i = 0; r >= 0 && i < status.nr; i++) {
		const struct set *s = world_find_id(w, records[i].id);

		for (size_t j = 0; s && r >= 0 && j < ARRAY_SIZE(told); j++)
			if (records[i].flags & told[j])
				r = record_warning(s, told[j], array);
	}
	return r;
}

int json_warnings(const struct world *w, sd_json_variant **ret)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *array = NULL;
	int r = sd_json_variant_new_array(&array, NULL, 0);

	for (size_t i = 0; r >= 0 && i < w->n_warnings; i++)
		r = warning_add(&array, w->warnings[i]);
	for (size_t i = 0; r >= 0 && i < w->n_leftovers; i++) {
		_cleanup_free_ char *text = NULL;

		if (asprintf(&text, "Pins gen-%llu are out of force and could not be removed yet",
			     (unsigned long long)w->leftovers[i].serial) < 0) {
			text = NULL;
			return -ENOMEM;
		}
		r = warning_add(&array, text);
	}
	for (size_t i = 0; r >= 0 && i < w->n_sets; i++)
		r = missed_warnings(w->sets[i], &array);
	for (size_t i = 0; r >= 0 && i < w->n_sets; i++)
		r = json_table_warnings(w->sets[i], &array);
	if (r >= 0)
		r = record_warnings(w, &array);
	if (r >= 0)
		*ret = TAKE_PTR(array);
	return r < 0 ? r : 0;
}
