// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds the arrays of KLP_IOC_REGISTER from metadata. Guarantees what the companion checks: no
 * object twice, none without a name, and the object of every function listed.
 */
#include <string.h>

#include "core/registration.h"
#include "util/macro.h"

_Static_assert((int)CALLBACK_PRE_PATCH == (int)KLP_PRE_PATCH &&
	       (int)CALLBACK_POST_PATCH == (int)KLP_POST_PATCH &&
	       (int)CALLBACK_PRE_UNPATCH == (int)KLP_PRE_UNPATCH &&
	       (int)CALLBACK_POST_UNPATCH == (int)KLP_POST_UNPATCH, "callbacks have other numbers");

int registration_object(const struct registration *a, const char *name)
{
	for (uint32_t i = 0; i < a->n_objects; i++)
		if (STREQ(a->objects[i].name, name))
			return (int)i;
	return -ENOENT;
}

static int registration_add_object(struct registration *a, const char *name)
{
	if (registration_object(a, name) >= 0)
		return 0;
	if (a->n_objects >= ARRAY_SIZE(a->objects) || strlen(name) >= KLP_OBJECT_LEN)
		return -E2BIG;
	memcpy(a->objects[a->n_objects++].name, name, strlen(name));
	return 0;
}

int registration_make(const struct meta *meta, struct registration *ret)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; r == 0 && i < meta->n_funcs; i++)
		r = registration_add_object(ret, meta->funcs[i].object);
	for (size_t i = 0; r == 0 && i < meta->n_callbacks; i++)
		r = registration_add_object(ret, meta->callbacks[i].object);
	/* a record needs an object, and a patch of struct_ops instances alone names none */
	if (r == 0 && ret->n_objects == 0)
		r = registration_add_object(ret, "vmlinux");
	if (r < 0)
		return r;
	if (meta->n_states > ARRAY_SIZE(ret->states) ||
	    meta->n_callbacks > ARRAY_SIZE(ret->callbacks))
		return -E2BIG;
	for (size_t i = 0; i < meta->n_callbacks; i++)
		ret->callbacks[ret->n_callbacks++] = (struct klp_uapi_callback){
			.object = (uint32_t)registration_object(ret, meta->callbacks[i].object),
			.when = (uint32_t)meta->callbacks[i].kind,
		};
	for (size_t i = 0; i < meta->n_states; i++)
		ret->states[ret->n_states++] = (struct klp_uapi_state){
			.id = meta->states[i].id,
			.version = meta->states[i].version,
		};
	return 0;
}
