/* SPDX-License-Identifier: GPL-2.0-only */
/* Warnings as values of interface io.klpd.Manager. Each function returns 0 or -errno. */
#ifndef KLPD_KLPD_JSON_WARNING_H
#define KLPD_KLPD_JSON_WARNING_H

#include <systemd/sd-json.h>

#include "core/warning.h"

/* The sentences, as an array of strings. */
int json_warnings(const struct warnings *l, sd_json_variant **ret);
/* The same warnings in the same order, as type Warning. */
int json_warning_details(const struct warnings *l, sd_json_variant **ret);

#endif
