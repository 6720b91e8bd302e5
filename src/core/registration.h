/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What klpd registers to the companion about a patch beside its functions: its objects, callbacks
 * and states (klp/uapi.h), built from its metadata. Pure.
 */
#ifndef KLPD_CORE_REGISTRATION_H
#define KLPD_CORE_REGISTRATION_H

#include "patch/metadata.h"
#include "klp/uapi.h"

struct registration {
	/* each object once, in order of first use: by functions, then by callbacks */
	struct klp_uapi_object objects[KLP_OBJECTS_MAX];
	uint32_t n_objects;
	struct klp_uapi_callback callbacks[KLP_CALLBACKS_MAX];	/* in metadata order */
	uint32_t n_callbacks;
	struct klp_uapi_state states[KLP_STATES_MAX];
	uint32_t n_states;
};

/* Build the registration. -E2BIG: more objects, callbacks or states than a record can hold. */
int registration_make(const struct meta *meta, struct registration *ret);
/* Index of the object, or -ENOENT. */
int registration_object(const struct registration *a, const char *name);

#endif
