/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text as JSON strings. sd-json refuses text that is not UTF-8, and a report must not be lost for
 * that.
 */
#ifndef KLPD_KLPD_JSON_TEXT_H
#define KLPD_KLPD_JSON_TEXT_H

#include <systemd/sd-json.h>

/* Make a string of any bytes; bytes that are not UTF-8 become '?'. */
int json_text(const char *text, sd_json_variant **ret);
/* json_text() as a sd_json_build_callback_t. */
int json_text_build(sd_json_variant **ret, const char *name, void *text);

#define JSON_BUILD_TEXT(text) SD_JSON_BUILD_CALLBACK(json_text_build, (char *)(text))
#define PAIR_TEXT(name, text) SD_JSON_BUILD_PAIR_CALLBACK(name, json_text_build, (char *)(text))
/* A string field that is left out if `text` is NULL. */
#define PAIR_OPTIONAL(name, text) SD_JSON_BUILD_PAIR_CONDITION((text) != NULL, name, \
							       JSON_BUILD_TEXT(text))

#endif
