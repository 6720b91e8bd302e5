/* SPDX-License-Identifier: GPL-2.0-only */
/* The callback that runs now, as JSON or as a reason to refuse a change. */
#ifndef KLPD_KLPD_JSON_CALLBACK_H
#define KLPD_KLPD_JSON_CALLBACK_H

#include <systemd/sd-json.h>

#include "core/registry.h"

/* Type RunningCallback; JSON null if none runs. */
int json_callback(const struct registry *reg, sd_json_variant **ret);
/* OUTCOME_BUSY, with the callback in *report; 0 if none runs. */
int json_callback_busy(const struct registry *reg, struct report *report);

#endif
