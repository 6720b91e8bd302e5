/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's tables that a patch brings, as values of interface io.klpd.Manager. */
#ifndef KLPD_KLPD_JSON_TABLE_H
#define KLPD_KLPD_JSON_TABLE_H

#include <systemd/sd-json.h>

#include "core/patch.h"

/* Type Table, an array; s may be NULL: a file. */
int json_tables(const struct meta *m, const struct patch *s, sd_json_variant **ret);
/* A set in force has each table that it brings. */
bool json_tables_current(const struct patch *s);

#endif
