// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patches the modules that load and lets go of those that unload: the notices come after a module's
 * symbols and its ftrace records are in place and before its init runs, and after its exit and
 * before anything of it is freed; the loading of a module can still be refused. What happens then,
 * in which order, is kernel livepatch's (klp_module_coming(), klp_module_going()).
 *
 * A module that is loaded but not yet, or no more, live was told of or not: the list here says it.
 * Those that were live before us are not in it, and need not be.
 *
 * Context: process context, in the notifier chain, under no lock of the module loader's but the
 * chain's own, which is held for reading. klpm_mutex is taken in it, and released while callbacks
 * run. A module that a patch is about waits for the claim, and so for any callback that runs; others
 * pass. One that comes stops waiting when its loader is killed, and is not loaded; one that goes
 * cannot be refused. A callback that writes a setting whose owner loads a module for it (the TCP
 * congestion control) waits for that module: if a patch is about it, it is refused after a while, and
 * the callback told that there is none.
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

/* How long a module that comes waits for a callback's setting to be written. */
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

/* A patch that is announced looks for its modules when it is switched. */
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
	/* Before anybody can be in them. */
	ret = module_in_transition(r) ? klpm_transition_look_again() : 0;
	if (!ret)
		ret = klpm_object_patch(r, o, &callback_error);
	if (ret) {
		klpm_object_unload(r, o);
		return callback_error ?: ret;
	}
	/* In a transition its completion runs it. */
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

/* Every record but those from `end` on. */
static void module_unpatch_all(const char *name, const struct klpm_patch *end)
{
	struct klpm_patch *r = NULL;
	u32 o;

	while ((r = klpm_patch_next(r)) && r != end)
		for (o = 0; o < r->n_objects; o++)
			if (r->objects[o].loaded && !strcmp(r->objects[o].name, name))
				module_unpatch(r, o);
}

static int module_coming(const struct module *mod)
{
	struct known *k = kmalloc(sizeof(*k), GFP_KERNEL);
	struct klpm_patch *r = NULL;
	bool any = false;
	int ret = 0;
	u32 o;

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
		for (o = 0; !ret && module_concerns(r) && o < r->n_objects; o++) {
			if (strcmp(r->objects[o].name, mod->name))
				continue;
			any = true;
			ret = module_patch(r, o);
		}
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
		/* Its addresses may be another's soon. */
		klpm_transition_look_again();
		module_tell();
	}
	module_forget(mod);
}

/* Something is to be done for it, or undone. */
static bool module_is_wanted(const char *name)
{
	struct klpm_patch *r = NULL;
	u32 o;

	while ((r = klpm_patch_next(r)))
		for (o = 0; o < r->n_objects; o++)
			if ((module_concerns(r) || r->objects[o].loaded) &&
			    !strcmp(r->objects[o].name, name))
				return true;
	return false;
}

/* Who has the claim gets on, unless what it waits for is us. -EBUSY, -EINTR: it is not to be loaded. */
static int module_claim(const struct module *mod, bool comes)
{
	unsigned long busy_since = jiffies;

	while (!klpm_claim_try()) {
		if (klpm_claim_wait(comes))
			return -EINTR;
		/* One that goes cannot be refused, and no callback waits for one to go. */
		if (!klpm_sysctl_is_busy() || !comes) {
			busy_since = jiffies;
		} else if (time_after(jiffies, busy_since + MODULE_PATIENCE)) {
			pr_warn("refusing to load module '%s': a callback's setting may be waiting for it\n",
				mod->name);
			return -EBUSY;
		}
		if (!module_is_wanted(mod->name))
			return 0;
	}
	return 1;
}

static int module_notice(struct notifier_block *nb, unsigned long what, void *data)
{
	const struct module *mod = data;
	bool comes = what == MODULE_STATE_COMING;
	int claimed = 0, ret = 0;

	if (!comes && what != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	if (!comes)
		mutex_lock(&klpm_mutex);
	else if (mutex_lock_killable(&klpm_mutex))
		return notifier_from_errno(-EINTR);
	if (module_is_wanted(mod->name))
		claimed = module_claim(mod, comes);
	if (claimed < 0)
		ret = claimed;
	else if (comes)
		ret = module_coming(mod);
	else
		module_going(mod);
	if (claimed > 0)
		klpm_claim_give();
	mutex_unlock(&klpm_mutex);
	return notifier_from_errno(ret);
}

static struct notifier_block module_notifier = {
	.notifier_call = module_notice,
	/* Others that look at a module that comes should see it patched. */
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
