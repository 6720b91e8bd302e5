/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What klpd announces to the companion about a patch beside its functions: its objects, callbacks
 * and states (klp/uapi.h), built from its metadata. Pure.
 */
#ifndef KLPD_CORE_ANNOUNCEMENT_H
#define KLPD_CORE_ANNOUNCEMENT_H

#include "patch/metadata.h"
#include "klp/uapi.h"

struct announcement {
	/* each object once, in order of first use: by functions, then by callbacks */
	struct klp_uapi_object objects[KLP_UAPI_OBJECTS_MAX];
	uint32_t n_objects;
	struct klp_uapi_callback callbacks[KLP_UAPI_CALLBACKS_MAX];	/* in metadata order */
	uint32_t n_callbacks;
	struct klp_uapi_state states[KLP_UAPI_STATES_MAX];
	uint32_t n_states;
};

/* Build the announcement. -E2BIG: more objects, callbacks or states than a record can hold. */
int announcement_make(const struct meta *meta, struct announcement *ret);
/* Index of the object, or -ENOENT. */
int announcement_object(const struct announcement *a, const char *name);

#endif
