// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patches modules when they load and unpatches them when they unload. The order of the steps is
 * that of kernel livepatch (klp_module_coming(), klp_module_going()).
 *
 * Notices. The COMING notice arrives when the module's symbols and ftrace records are in place and
 * its init has not run; an error refuses the module. The GOING notice arrives after its exit and
 * before any of its memory is freed. A COMING or GOING module may not have been reported to klp.ko
 * yet; module_list records those that were. Modules that were LIVE before klp.ko was loaded are
 * not on it and do not need to be.
 *
 * Modules that run their init while klp.ko is loaded. Their COMING notice came before klp.ko was
 * there. A change patches such a module as soon as its files are in sysfs, which are made after
 * that notice (klpm_object_is_there()). The LIVE notice patches it for a change that came even
 * before that; the module cannot be refused any more, so a record that fails is marked as broken.
 *
 * Context. Process context, in the notifier chain; of the module loader's locks only that of the
 * chain is held, for reading. klpm_mutex is taken in it and released while callbacks run.
 *
 * Waiting. A module that a patch is about waits for the claim, and therefore for any callback that
 * runs; other modules do not wait. If the loader of a COMING module is killed, the wait ends and
 * the module is refused. A GOING module cannot be refused.
 *
 * Deadlock. A callback that writes a setting may make its owner load a module (TCP congestion
 * control does), and then waits for that module. If a patch is about that module, it is refused
 * after MODULE_PATIENCE, and the callback gets the error that there is no such module.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "callback.h"
#include "claim.h"
#include "event.h"
#include "module.h"
#include "object.h"
#include "patch.h"
#include "sysctl.h"
#include "transition.h"

/* How long a COMING module waits while a callback writes a setting. */
#define MODULE_PATIENCE	(5 * HZ)

struct known {
	struct list_head list;
	const struct module *mod;
};

static LIST_HEAD(module_list);

bool klpm_module_is_known(const void *mod)
{
	const struct known *k;

	list_for_each_entry(k, &module_list, list)
		if (k->mod == mod)
			return true;
	return false;
}

static void module_forget(const struct module *mod)
{
	struct known *k, *next;

	list_for_each_entry_safe(k, next, &module_list, list)
		if (k->mod == mod) {
			list_del(&k->list);
			kfree(k);
		}
}

static bool module_in_transition(const struct klpm_patch *r)
{
	return r->state == KLP_ENTERING || r->state == KLP_LEAVING;
}

/* The modules of an registered record are looked for when it is switched. */
static bool module_concerns(const struct klpm_patch *r)
{
	return r->state == KLP_IN_FORCE || module_in_transition(r);
}

static void module_tell(void)
{
	klpm_event_send(&(struct klp_uapi_event){ .type = KLP_EVENT_OBJECT });
}

static int module_patch(struct klpm_patch *r, u32 o)
{
	int callback_error = 0, ret;
	u32 failed = 0;

	pr_info("applying patch '%s' to loading module '%s'\n", r->name, r->objects[o].name);
	ret = klpm_object_load(r, o, &failed);
	if (ret) {
		pr_warn("patch '%s': module '%s' has no function '%s' that can be patched (%d)\n",
			r->name, r->objects[o].name, r->funcs[failed].symbol, ret);
		return ret;
	}
	/* Before any task can be in the functions (but for a LIVE module). */
	ret = module_in_transition(r) ? klpm_transition_look_again() : 0;
	if (!ret)
		ret = klpm_object_patch(r, o, &callback_error);
	if (ret) {
		klpm_object_unload(r, o);
		return callback_error ?: ret;
	}
	/* In a transition, completion runs this callback. */
	if (!module_in_transition(r))
		klpm_callback_run(r, o, KLP_POST_PATCH);
	return 0;
}

static void module_unpatch(struct klpm_patch *r, u32 o)
{
	if (r->objects[o].patched) {
		if (!module_in_transition(r))
			klpm_callback_run(r, o, KLP_PRE_UNPATCH);
		pr_info("reverting patch '%s' on module '%s'\n", r->name, r->objects[o].name);
	}
	klpm_object_unpatch(r, o);
	klpm_object_unload(r, o);
}

/* Unpatch the module for every record before `end`. */
static void module_unpatch_all(const char *name, const struct klpm_patch *end)
{
	struct klpm_patch *r = NULL;
	u32 o;

	while ((r = klpm_patch_next(r)) && r != end)
		for (o = 0; o < r->n_objects; o++)
			if (r->objects[o].loaded && !strcmp(r->objects[o].name, name))
				module_unpatch(r, o);
}

/* Patch the module for one record. */
static int module_patch_record(struct klpm_patch *r, const struct module *mod, bool *any)
{
	int ret = 0;
	u32 o;

	for (o = 0; !ret && module_concerns(r) && o < r->n_objects; o++) {
		if (r->objects[o].loaded || strcmp(r->objects[o].name, mod->name))
			continue;
		*any = true;
		ret = module_patch(r, o);
	}
	return ret;
}

static int module_coming(const struct module *mod)
{
	struct known *k = kmalloc(sizeof(*k), GFP_KERNEL);
	struct klpm_patch *r = NULL;
	bool any = false;
	int ret = 0;

	if (!k)
		return -ENOMEM;
	if (klpm_func_is_vmlinux(mod->name)) {
		pr_warn("a module cannot be called 'vmlinux'\n");
		kfree(k);
		return -EINVAL;
	}
	k->mod = mod;
	list_add(&k->list, &module_list);
	while (!ret && (r = klpm_patch_next(r)))
		ret = module_patch_record(r, mod, &any);
	if (ret) {
		pr_warn("patch '%s' failed for module '%s', refusing to load module '%s'\n", r->name,
			mod->name, mod->name);
		module_unpatch_all(mod->name, r);
		klpm_transition_look_again();
		module_forget(mod);
	}
	if (any)
		module_tell();
	return ret;
}

/* Its COMING notice came before klp.ko was loaded. */
static void module_live(const struct module *mod)
{
	struct klpm_patch *r = NULL;
	bool any = false;

	while ((r = klpm_patch_next(r))) {
		if (!module_patch_record(r, mod, &any))
			continue;
		r->broken = true;
		pr_warn("patch '%s' is not in force in module '%s', which is loaded already\n",
			r->name, mod->name);
		klpm_transition_look_again();
	}
	if (any)
		module_tell();
}

static void module_going(const struct module *mod)
{
	struct klpm_patch *r = NULL;
	bool any = false;
	u32 o;

	while ((r = klpm_patch_next(r)))
		for (o = 0; o < r->n_objects; o++)
			any |= r->objects[o].loaded && !strcmp(r->objects[o].name, mod->name);
	if (any) {
		module_unpatch_all(mod->name, NULL);
		/* Its addresses may soon be used by another module. */
		klpm_transition_look_again();
		module_tell();
	}
	module_forget(mod);
}

/* Has any record something to do or to undo for this module? */
static bool module_is_wanted(const char *name, unsigned long what)
{
	struct klpm_patch *r = NULL;
	u32 o;

	while ((r = klpm_patch_next(r)))
		for (o = 0; o < r->n_objects; o++) {
			bool loaded = r->objects[o].loaded;

			if ((what == MODULE_STATE_LIVE ? module_concerns(r) && !loaded :
							 module_concerns(r) || loaded) &&
			    !strcmp(r->objects[o].name, name))
				return true;
		}
	return false;
}

/*
 * Wait for the claim. Returns 1 with the claim, 0 if no record is about the module any more. A
 * COMING module must be refused on -EINTR (its loader was killed) and on -EBUSY (the callback that
 * holds the claim may be waiting for this module).
 */
static int module_claim(const struct module *mod, unsigned long what)
{
	unsigned long busy_since = jiffies;

	while (!klpm_claim_try()) {
		if (klpm_claim_wait(what == MODULE_STATE_COMING))
			return -EINTR;
		/* No callback waits for a GOING module. */
		if (!klpm_sysctl_is_busy() || what == MODULE_STATE_GOING) {
			busy_since = jiffies;
		} else if (time_after(jiffies, busy_since + MODULE_PATIENCE)) {
			pr_warn("%s '%s': a callback's setting may be waiting for it\n",
				what == MODULE_STATE_COMING ? "refusing to load module" :
							      "cannot patch module", mod->name);
			return -EBUSY;
		}
		if (!module_is_wanted(mod->name, what))
			return 0;
	}
	return 1;
}

/* A LIVE module that could not be patched cannot be refused. */
static void module_miss(const struct module *mod)
{
	struct klpm_patch *r = NULL;
	u32 o;

	while ((r = klpm_patch_next(r)))
		for (o = 0; o < r->n_objects; o++)
			if (module_concerns(r) && !r->objects[o].loaded &&
			    !strcmp(r->objects[o].name, mod->name))
				r->broken = true;
}

static int module_notice(struct notifier_block *nb, unsigned long what, void *data)
{
	const struct module *mod = data;
	int claimed = 0, ret = 0;

	if (what != MODULE_STATE_COMING && what != MODULE_STATE_LIVE && what != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	if (what != MODULE_STATE_COMING)
		mutex_lock(&klpm_mutex);
	else if (mutex_lock_killable(&klpm_mutex))
		return notifier_from_errno(-EINTR);
	if (module_is_wanted(mod->name, what))
		claimed = module_claim(mod, what);
	if (claimed < 0 && what == MODULE_STATE_COMING)
		ret = claimed;
	else if (claimed < 0)
		module_miss(mod);
	else if (what == MODULE_STATE_COMING)
		ret = module_coming(mod);
	else if (what == MODULE_STATE_LIVE)
		module_live(mod);
	else
		module_going(mod);
	if (claimed > 0)
		klpm_claim_give();
	mutex_unlock(&klpm_mutex);
	return notifier_from_errno(ret);
}

static struct notifier_block module_notifier = {
	.notifier_call = module_notice,
	/* Other notifiers should see a COMING module patched. */
	.priority = INT_MAX - 1,
};

int klpm_module_watch(void)
{
	return register_module_notifier(&module_notifier);
}

void klpm_module_unwatch(void)
{
	struct known *k, *next;

	unregister_module_notifier(&module_notifier);
	list_for_each_entry_safe(k, next, &module_list, list)
		kfree(k);
}
