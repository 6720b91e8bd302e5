/* SPDX-License-Identifier: GPL-2.0-only */
/* The answer of method Check. */
#ifndef KLPD_KLPD_JSON_CHECK_H
#define KLPD_KLPD_JSON_CHECK_H

#include <systemd/sd-json.h>

#include "core/check.h"

int json_check(const struct check *c, const struct registry *reg, sd_json_variant **ret);

#endif
