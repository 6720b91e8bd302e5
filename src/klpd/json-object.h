/* SPDX-License-Identifier: GPL-2.0-only */
/* The objects of a patch in the kernel: which modules are there, and so which functions are
 * patched. */
#ifndef KLPD_KLPD_JSON_OBJECT_H
#define KLPD_KLPD_JSON_OBJECT_H

#include <systemd/sd-json.h>

#include "core/registry.h"

struct json_objects {
	struct klp_uapi_object *list;	/* owned; NULL: not known */
	uint32_t n;
	uint32_t flags;			/* KLP_RECORD_* */
};

/* What the companion says; nothing is known of a set it does not have, or when it cannot be
 * asked. */
void json_objects_read(const struct registry *reg, const struct patch *s, struct json_objects *ret);
void json_objects_done(struct json_objects *o);
/* Type Object, an array; -ENODATA if nothing is known. */
int json_objects(const struct json_objects *o, sd_json_variant **ret);
/* A value of enum FunctionState, or NULL. `attached`: its link is there. */
const char *json_objects_state(const struct json_objects *o, const struct patch *s,
			       const struct meta_func *f, bool attached);
/* How many functions wait for their module. */
unsigned int json_objects_waiting(const struct json_objects *o, const struct meta *m);

#endif
