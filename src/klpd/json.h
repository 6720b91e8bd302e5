/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of klpd as JSON values of interface io.klpd.Manager. Each function makes one value or
 * returns -errno.
 */
#ifndef KLPD_KLPD_JSON_H
#define KLPD_KLPD_JSON_H

#include <systemd/sd-json.h>

#include "core/transaction.h"
#include "core/warning.h"

/* A patch as its file describes it. */
int json_meta(const struct meta *meta, sd_json_variant **ret);
/*
 * A loaded patch: the same values, and its state in the kernel. `warnings` must be of the same
 * registry, here and below.
 */
int json_loaded_patch(const struct registry *reg, const struct patch *s,
		      const struct warnings *warnings, sd_json_variant **ret);
int json_list(const struct registry *reg, const struct warnings *warnings, sd_json_variant **ret);
/* The patches that a rollback would restore; JSON null if they are not known. */
int json_previous(const struct registry *reg, sd_json_variant **ret);
int json_patches(const struct registry *reg, const struct warnings *warnings,
		 sd_json_variant **ret);
int json_companion(const struct registry *reg, sd_json_variant **ret);
/* JSON null if t is NULL. */
int json_transition(const struct transaction *t, sd_json_variant **ret);
/* The output of the methods that change what is in force. */
int json_change(const struct transaction *t, bool complete, sd_json_variant **ret);
/* stack: lines as companion_stack() returns them; NULL if not known. */
int json_blocker(const struct klp_uapi_blocker *blocker, const char *stack, sd_json_variant **ret);
/* The parameters of an error reply. */
int json_report(const struct report *r, sd_json_variant **ret);

#endif
