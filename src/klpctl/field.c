/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads JSON without trusting it. sd-json logs a message if a value is read as a wrong type, so each
 * access checks the type first.
 */
#include <stdio.h>
#include <stdlib.h>

#include "klpctl/field.h"

#include "util/cleanup.h"
#include "util/macro.h"

static sd_json_variant *field_get(sd_json_variant *object, const char *key)
{
	if (!object || !sd_json_variant_is_object(object))
		return NULL;
	return sd_json_variant_by_key(object, key);
}

const char *field_string(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && sd_json_variant_is_string(v) ? sd_json_variant_string(v) : "";
}

uint64_t field_number(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && sd_json_variant_is_unsigned(v) ? sd_json_variant_unsigned(v) : 0;
}

bool field_bool(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && sd_json_variant_is_boolean(v) && sd_json_variant_boolean(v);
}

bool field_present(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && !sd_json_variant_is_null(v);
}

sd_json_variant *field_object(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && sd_json_variant_is_object(v) ? v : NULL;
}

sd_json_variant *field_array(sd_json_variant *object, const char *key)
{
	sd_json_variant *v = field_get(object, key);

	return v && sd_json_variant_is_array(v) ? v : NULL;
}

size_t field_count(sd_json_variant *array)
{
	return array ? sd_json_variant_elements(array) : 0;
}

sd_json_variant *field_item(sd_json_variant *array, size_t i)
{
	return i < field_count(array) ? sd_json_variant_by_index(array, i) : NULL;
}

char *field_join(sd_json_variant *array)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	size_t size = 0, n = 0;
	bool bad;

	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (size_t i = 0; i < field_count(array); i++) {
		sd_json_variant *v = field_item(array, i);

		if (sd_json_variant_is_string(v))
			fprintf(f, "%s%s", n++ ? ", " : "", sd_json_variant_string(v));
	}
	bad = ferror(f);
	/* the text is complete only after fclose() */
	if (fclose(TAKE_PTR(f)) != 0 || bad)
		return NULL;
	return TAKE_PTR(text);
}
