// SPDX-License-Identifier: GPL-2.0-only
/*
 * klp.ko: brings the parts up in the order they need each other and takes them down in reverse. The
 * device comes last: when it exists, everything behind it works. Unloading is held off by open
 * files (they hold the module), by every record, and by every loaded program that calls one of our
 * kfuncs.
 */
#include <linux/module.h>

#include "body.h"
#include "callback.h"
#include "device.h"
#include "hold.h"
#include "kfunc.h"
#include "module.h"
#include "opening.h"
#include "reach.h"
#include "record.h"
#include "resolve.h"
#include "seqfile.h"
#include "site.h"
#include "sysctl.h"
#include "transition.h"

static int __init klp_init(void)
{
	int r;

	r = resolve_init();
	if (r)
		return r;
	r = opening_init();
	if (r)
		return r;
	r = seqfile_init();
	if (r)
		return r;
	r = reach_init();
	if (r)
		return r;
	record_init();
	r = sysctl_init();
	if (r)
		return r;
	r = transition_init();
	if (r) {
		sysctl_exit();
		return r;
	}
	r = kfunc_init();
	if (!r)
		r = body_init();
	if (!r)
		r = callback_init();
	if (!r)
		r = module_watch();
	if (!r) {
		r = device_init();
		if (r)
			module_unwatch();
	}
	if (r) {
		transition_exit();
		sysctl_exit();
	}
	return r;
}

static void __exit klp_exit(void)
{
	device_exit();
	module_unwatch();
	transition_exit();
	callback_exit();
	site_exit();
	sysctl_exit();
	hold_exit();
	opening_exit();
}

module_init(klp_init);
module_exit(klp_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("klpd companion: patch registry, gate and per-task transition");
MODULE_VERSION(KLP_VERSION);
