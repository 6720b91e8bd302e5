/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel forbids even root: lockdown, and modules without a signature that it knows. */
#ifndef KLPD_KERN_LOCKDOWN_H
#define KLPD_KERN_LOCKDOWN_H

#include <stdbool.h>

enum lockdown {
	LOCKDOWN_NONE,			/* or not known: securityfs is not mounted */
	LOCKDOWN_INTEGRITY,		/* only signed modules */
	LOCKDOWN_CONFIDENTIALITY,	/* and nothing of the kernel is shown: tracefs is shut */
};

enum lockdown lockdown_read(void);
/* The kernel takes only modules with a signature that it knows. */
bool lockdown_wants_signatures(void);

#define LOCKDOWN_HELP \
	"boot with lockdown=integrity, or without lockdown, on the kernel's command line " \
	"('cat /sys/kernel/security/lockdown' shows what holds)"
#define LOCKDOWN_SIGNATURE_HELP \
	"this kernel loads only signed modules: have klp.ko signed with a key that it knows, enrolled with " \
	"'mokutil --import'"

#endif
