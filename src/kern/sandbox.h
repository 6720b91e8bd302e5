/* SPDX-License-Identifier: GPL-2.0-only */
/* What the process that reads a patch file can do, and how much of it. See sandbox.c. */
#ifndef KLPD_KERN_SANDBOX_H
#define KLPD_KERN_SANDBOX_H

#include <errno.h>

#define SANDBOX_CPU_SECONDS	10
#define SANDBOX_MEMORY_MAX	(512U * 1024 * 1024)	/* bytes of addresses */
/* errno of the attempt to make a BPF link in there */
#define SANDBOX_NO_LINK		ECANCELED

/* Of this process, for good. 0 or negative errno, after which it must not go on. */
int sandbox_enter(void);
/* SANDBOX_CPU_SECONDS from now on. */
void sandbox_renew(void);

#endif
