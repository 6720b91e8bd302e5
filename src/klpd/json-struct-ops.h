/* SPDX-License-Identifier: GPL-2.0-only */
/* The struct_ops maps that a patch brings, as values of interface io.klpd.Manager. */
#ifndef KLPD_KLPD_JSON_STRUCT_OPS_H
#define KLPD_KLPD_JSON_STRUCT_OPS_H

#include <systemd/sd-json.h>

#include "core/patch.h"

/* Array of type StructOps; s is NULL for a patch that is only a file. */
int json_struct_ops(const struct meta *m, const struct patch *s, sd_json_variant **ret);
/* Whether each struct_ops link of a patch in force holds the map of this patch. */
bool json_struct_ops_current(const struct patch *s);

#endif
