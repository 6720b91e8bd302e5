// SPDX-License-Identifier: GPL-2.0-only
/*
 * KLP_IOC_REGISTER: creates a struct klpm_patch from what user space describes, after checking
 * every byte. A patch is registered only when it is complete, so no other code sees a partial one.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "register.h"
#include "device.h"
#include "reach.h"
#include "patch.h"

struct klp_uapi_func *klpm_register_copy_funcs(u64 user, u32 n)
{
	if (n > KLP_FUNCS_MAX)
		return ERR_PTR(-EINVAL);
	if (!n)
		return NULL;
	return vmemdup_user(u64_to_user_ptr(user), n * sizeof(struct klp_uapi_func));
}

static bool register_name_valid(const char *name, size_t size)
{
	return name[0] && strnlen(name, size) < size;
}

/* The index of the object of that name, or -EINVAL. */
static int register_find_object(const struct klpm_patch *rec, const char *name)
{
	u32 i;

	for (i = 0; i < rec->n_objects; i++)
		if (!strcmp(rec->objects[i].name, name))
			return i;
	return -EINVAL;
}

static long register_take_objects(struct klpm_patch *rec, const struct klp_uapi_object *u)
{
	u32 i;

	for (i = 0; i < rec->n_objects; i++) {
		if (u[i].flags || u[i].reserved ||
		    !register_name_valid(u[i].name, sizeof(u[i].name)) ||
		    register_find_object(rec, u[i].name) >= 0)
			return -EINVAL;
		strscpy(rec->objects[i].name, u[i].name, sizeof(rec->objects[i].name));
		rec->objects[i].loaded = klpm_func_is_vmlinux(u[i].name);
	}
	return 0;
}

static long register_take_callbacks(struct klpm_patch *rec, const struct klp_uapi_callback *u)
{
	u32 i, j;

	for (i = 0; i < rec->n_callbacks; i++) {
		if (u[i].object >= rec->n_objects || u[i].when > KLP_POST_UNPATCH)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (u[j].object == u[i].object && u[j].when == u[i].when)
				return -EINVAL;
		rec->callbacks[i].object = u[i].object;
		rec->callbacks[i].when = u[i].when;
	}
	return 0;
}

static long register_take_states(struct klpm_patch *rec, const struct klp_uapi_state *u)
{
	u32 i, j;

	for (i = 0; i < rec->n_states; i++) {
		if (!u[i].id || u[i].reserved)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (u[j].id == u[i].id)
				return -EINVAL;
		rec->states[i].id = u[i].id;
		rec->states[i].version = u[i].version;
	}
	return 0;
}

static long register_take_funcs(struct klpm_patch *rec, struct klp_uapi_func *u, u32 *failed)
{
	long r = klpm_func_resolve_all(u, rec->funcs, rec->n_funcs, failed);
	u32 i;

	for (i = 0; !r && i < rec->n_funcs; i++) {
		int o = register_find_object(rec, u[i].object);

		if (o < 0) {
			*failed = i;
			return o;
		}
		rec->funcs[i].object = o;
	}
	return r ?: klpm_reach_check(rec->funcs, rec->n_funcs, failed);
}

/* Copy a table from user space; NULL if it has no entries. */
static void *register_copy_table(u64 user, u32 n, size_t size)
{
	return n ? vmemdup_array_user(u64_to_user_ptr(user), n, size) : NULL;
}

static long register_take_tables(struct klpm_patch *rec, const struct klp_ioc_register *a)
{
	void *objects __free(kvfree) = NULL, *callbacks __free(kvfree) = NULL;
	void *states __free(kvfree) = NULL, *t;
	long r;

	t = register_copy_table(a->objects, a->nr_objects, sizeof(struct klp_uapi_object));
	if (IS_ERR(t))
		return PTR_ERR(t);
	objects = t;
	t = register_copy_table(a->callbacks, a->nr_callbacks, sizeof(struct klp_uapi_callback));
	if (IS_ERR(t))
		return PTR_ERR(t);
	callbacks = t;
	t = register_copy_table(a->states, a->nr_states, sizeof(struct klp_uapi_state));
	if (IS_ERR(t))
		return PTR_ERR(t);
	states = t;
	r = register_take_objects(rec, objects);
	if (!r)
		r = register_take_callbacks(rec, callbacks);
	return r ?: register_take_states(rec, states);
}

static long register_make(const void *owner, struct klp_ioc_register *a, struct klp_uapi_func *u)
{
	struct klpm_patch *rec =
		klpm_patch_new(a->nr, a->nr_objects, a->nr_callbacks, a->nr_states);
	long r;

	if (!rec)
		return -ENOMEM;
	strscpy(rec->name, a->name, sizeof(rec->name));
	r = register_take_tables(rec, a);
	if (!r)
		r = register_take_funcs(rec, u, &a->failed);
	if (!r)
		r = mutex_lock_killable(&klpm_mutex);
	if (!r) {
		r = klpm_patch_register(rec, owner);
		if (!r)
			a->id = rec->id;
		mutex_unlock(&klpm_mutex);
	}
	if (r)
		klpm_patch_free(rec);
	return r;
}

static void register_remove(const void *owner, u64 id)
{
	struct klpm_patch *rec;

	mutex_lock(&klpm_mutex);
	rec = klpm_patch_find(id);
	if (rec && rec->state == KLP_REGISTERED && rec->owner == owner)
		klpm_patch_forget(rec);
	mutex_unlock(&klpm_mutex);
}

long klpm_register_patch(const void *owner, void __user *arg)
{
	struct klp_ioc_register a;
	struct klp_uapi_func *u;
	long r;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (!register_name_valid(a.name, sizeof(a.name)) || a.reserved || !a.nr_objects ||
	    a.nr_objects > KLP_OBJECTS_MAX || a.nr_callbacks > KLP_CALLBACKS_MAX ||
	    a.nr_states > KLP_STATES_MAX)
		return -EINVAL;
	u = klpm_register_copy_funcs(a.funcs, a.nr);
	if (IS_ERR(u))
		return PTR_ERR(u);
	a.failed = DEVICE_FAILED_NONE;
	a.id = 0;
	r = register_make(owner, &a, u);
	if (copy_to_user(arg, &a, sizeof(a)) ||
	    (!r && copy_to_user(u64_to_user_ptr(a.funcs), u, a.nr * sizeof(*u)))) {
		if (!r)
			register_remove(owner, a.id);
		r = -EFAULT;
	}
	kvfree(u);
	return r;
}
