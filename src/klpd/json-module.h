/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The objects of a patch in the kernel: which modules are loaded, and so which functions are
 * patched.
 */
#ifndef KLPD_KLPD_JSON_MODULE_H
#define KLPD_KLPD_JSON_MODULE_H

#include <systemd/sd-json.h>

#include "core/registry.h"

enum json_link {		/* the link of a function */
	JSON_LINK_GONE,
	JSON_LINK_UNREAD,	/* klpd holds it, and the kernel does not describe it */
	JSON_LINK_ATTACHED,
};

struct json_objects {
	struct klp_uapi_object *list;	/* owned; NULL if not known */
	uint32_t n;
	uint32_t flags;			/* KLP_PATCH_* */
	bool unread;			/* the companion could not be asked */
};

/*
 * Read the objects from the companion. *ret is empty if the companion does not have the patch or
 * cannot be asked.
 */
void json_objects_read(const struct registry *reg, const struct patch *s, struct json_objects *ret);
void json_objects_done(struct json_objects *o);
/* Array of type Object; -ENODATA if nothing is known. */
int json_objects(const struct json_objects *o, sd_json_variant **ret);
/* A value of enum FunctionState, or NULL. */
const char *json_objects_state(const struct json_objects *o, const struct patch *s,
			       const struct meta_func *f, enum json_link link);
/* The number of functions that wait for their module to be loaded. */
unsigned int json_objects_waiting(const struct json_objects *o, const struct meta *m);

#endif
