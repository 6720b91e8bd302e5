/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read fields of a JSON object from klpd, whatever it contains. A field that is missing, null or of
 * another type reads as "", 0 or false. If an object or array is wanted it reads as NULL.
 */
#ifndef KLPD_KLPCTL_FIELD_H
#define KLPD_KLPCTL_FIELD_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-json.h>

const char *field_string(sd_json_variant *object, const char *key);
uint64_t field_number(sd_json_variant *object, const char *key);
bool field_bool(sd_json_variant *object, const char *key);
bool field_present(sd_json_variant *object, const char *key);
sd_json_variant *field_object(sd_json_variant *object, const char *key);
/* field_count() and field_item() take NULL as an empty array. */
sd_json_variant *field_array(sd_json_variant *object, const char *key);
size_t field_count(sd_json_variant *array);
sd_json_variant *field_item(sd_json_variant *array, size_t i);
/* The strings of an array as "a, b, c"; malloc'ed, NULL if memory is short. */
char *field_join(sd_json_variant *array);

#endif
