/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel denies even to root: lockdown, and modules without a signature that it knows. */
#ifndef KLPD_KERN_LOCKDOWN_H
#define KLPD_KERN_LOCKDOWN_H

#include <stdbool.h>

enum lockdown {
	LOCKDOWN_NONE,			/* or not known, because securityfs is not mounted */
	LOCKDOWN_INTEGRITY,		/* only signed modules */
	LOCKDOWN_CONFIDENTIALITY,	/* and the kernel hides itself: tracefs is closed */
};

enum lockdown lockdown_read(void);
/* True if the kernel loads only modules with a signature that it knows. */
bool lockdown_wants_signatures(void);

#define LOCKDOWN_HELP \
	"boot with lockdown=integrity, or without lockdown, on the kernel's command line " \
	"('cat /sys/kernel/security/lockdown' shows what holds)"
#define LOCKDOWN_SIGNATURE_HELP \
	"this kernel loads only signed modules: have klp.ko signed with a key that it knows, enrolled with " \
	"'mokutil --import'"

#endif
