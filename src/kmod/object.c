// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patches and unpatches the objects of a record: all of them at the start of a transition, one
 * when its module loads or unloads. The order of steps, and what is undone after an error, are
 * those of kernel livepatch (klp_patch_object() and its callers).
 *
 * Lifetime of a module. A module that is loaded cannot go while klpm_mutex is held, because
 * module.c takes that mutex in the GOING notice, before any of the module's memory is freed. While
 * a callback runs with klpm_mutex released, the claim has the same effect, because module.c waits
 * for the claim if a record is about the module.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/string.h>

#include "callback.h"
#include "hook.h"
#include "module.h"
#include "object.h"
#include "patch.h"
#include "resolve.h"

bool klpm_object_is_there(const struct object *o)
{
	const void *mod;
	int state;

	if (klpm_func_is_vmlinux(o->name))
		return true;
	state = klpm_resolve_module_state(o->name, &mod);
	/* A COMING or GOING module is usable between the two notices. */
	return state == MODULE_STATE_LIVE || (state >= 0 && klpm_module_is_known(mod)) ||
	       (state == MODULE_STATE_COMING && klpm_resolve_module_was_coming(o->name));
}

int klpm_object_load(struct klpm_patch *r, u32 o, u32 *failed)
{
	struct object *obj = &r->objects[o];
	int ret = 0;
	u32 i;

	if (obj->loaded)
		return 0;
	for (i = 0; !ret && i < r->n_funcs; i++)
		if (r->funcs[i].object == o) {
			ret = klpm_func_find_in_module(&r->funcs[i], obj->name);
			*failed = i;
		}
	obj->loaded = true;
	if (ret)
		klpm_object_unload(r, o);
	return ret;
}

void klpm_object_unload(struct klpm_patch *r, u32 o)
{
	u32 i;

	if (klpm_func_is_vmlinux(r->objects[o].name))
		return;
	for (i = 0; i < r->n_funcs; i++)
		if (r->funcs[i].object == o)
			klpm_func_forget(&r->funcs[i]);
	r->objects[o].loaded = false;
	r->objects[o].patched = false;
}

int klpm_object_patch(struct klpm_patch *r, u32 o, int *callback_error)
{
	int ret;

	*callback_error = klpm_callback_run(r, o, KLP_PRE_PATCH);
	if (*callback_error)
		return -ECANCELED;
	r->objects[o].patched = true;
	ret = klpm_hook_arm(r, o);
	if (ret)
		klpm_object_unpatch(r, o);
	return ret;
}

void klpm_object_unpatch(struct klpm_patch *r, u32 o)
{
	if (!r->objects[o].patched)
		return;
	klpm_hook_disarm(r, o);
	r->objects[o].patched = false;
	klpm_callback_run(r, o, KLP_POST_UNPATCH);
}
