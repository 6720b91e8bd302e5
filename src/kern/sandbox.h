/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounds what the process that reads a patch file can do, and how much of it. See sandbox.c. */
#ifndef KLPD_KERN_SANDBOX_H
#define KLPD_KERN_SANDBOX_H

#include <errno.h>

#define SANDBOX_CPU_SECONDS	10
#define SANDBOX_MEMORY_MAX	(512U * 1024 * 1024)	/* bytes of address space */
/* errno of an attempt to make a BPF link in the sandbox */
#define SANDBOX_NO_LINK		ECANCELED

/* Bounds this process for good. 0 or a negative errno, after which the process must not go on. */
int sandbox_enter(void);
/* Allow SANDBOX_CPU_SECONDS of CPU time from now on. */
void sandbox_renew(void);

#endif
