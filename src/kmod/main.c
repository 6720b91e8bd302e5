// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp.ko: initializes its parts in the order of their dependencies and shuts them down in reverse.
 * The device comes last, so that everything behind it works when it exists. The module cannot be
 * unloaded while a file is open (it holds the module), while there is a record, or while a program
 * that calls one of its kfuncs is loaded.
 */
#include <linux/module.h>

#include "body.h"
#include "callback.h"
#include "device.h"
#include "fmodret.h"
#include "hold.h"
#include "hook.h"
#include "kfunc.h"
#include "module.h"
#include "reach.h"
#include "patch.h"
#include "pending.h"
#include "resolve.h"
#include "seqfile.h"
#include "site.h"
#include "sysctl.h"
#include "transition.h"

static int __init klp_init(void)
{
	int r;

	r = klpm_resolve_init();
	if (r)
		return r;
	r = klpm_fmodret_init();
	if (r)
		return r;
	r = klpm_seqfile_init();
	if (r)
		return r;
	r = klpm_reach_init();
	if (r)
		return r;
	klpm_patch_init();
	r = klpm_pending_init();
	if (r)
		return r;
	r = klpm_sysctl_init();
	if (r) {
		klpm_pending_exit();
		return r;
	}
	r = klpm_transition_init();
	if (r) {
		klpm_sysctl_exit();
		klpm_pending_exit();
		return r;
	}
	r = klpm_kfunc_init();
	if (!r)
		r = klpm_body_init();
	if (!r)
		r = klpm_callback_init();
	if (!r)
		r = klpm_module_watch();
	if (!r) {
		r = klpm_device_init();
		if (r)
			klpm_module_unwatch();
	}
	if (r) {
		klpm_transition_exit();
		klpm_sysctl_exit();
		klpm_pending_exit();
	}
	return r;
}

static void __exit klp_exit(void)
{
	klpm_device_exit();
	klpm_module_unwatch();
	klpm_transition_exit();
	klpm_callback_exit();
	klpm_site_exit();
	klpm_hook_exit();
	klpm_sysctl_exit();
	klpm_pending_exit();
	klpm_hold_exit();
	klpm_fmodret_exit();
}

module_init(klp_init);
module_exit(klp_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpd companion: patch registry, gate and per-task transition");
MODULE_VERSION(KLP_VERSION);
