/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the companion is told of a patch beside its functions: its objects, callbacks and states
 * (klp/uapi.h), made of its metadata. Pure.
 */
#ifndef KLPD_CORE_ANNOUNCEMENT_H
#define KLPD_CORE_ANNOUNCEMENT_H

#include "patch/metadata.h"
#include "klp/uapi.h"

struct announcement {
	/* each object once: functions' first, then callbacks', as they are mentioned */
	struct klp_uapi_object objects[KLP_UAPI_OBJECTS_MAX];
	uint32_t n_objects;
	struct klp_uapi_callback callbacks[KLP_UAPI_CALLBACKS_MAX];	/* as in the metadata */
	uint32_t n_callbacks;
	struct klp_uapi_state states[KLP_UAPI_STATES_MAX];
	uint32_t n_states;
};

/* -E2BIG: more objects, callbacks or states than a record has room for. */
int announcement_make(const struct meta *meta, struct announcement *ret);
/* Index of the object, or -ENOENT. */
int announcement_object(const struct announcement *a, const char *name);

#endif
