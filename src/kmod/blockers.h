/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has not moved, why, and where it stands. With klpm_mutex held, a transition running. See
 * blockers.c. */
#ifndef KLP_KMOD_BLOCKERS_H
#define KLP_KMOD_BLOCKERS_H

#include <linux/types.h>

#include "klp/uapi.h"
#include "tasks.h"

/* Those longest in the way first. Returns how many there are, `room` of them filled in; -ENOMEM. */
int klpm_blockers_list(enum task_version target, struct klp_uapi_blocker *out, u32 room);
/*
 * The stack of one of them, as KLP_IOC_STACK says it; pid 0: the idle task of `cpu`. *ret_used is
 * then the part of text[size] that was used. -ESRCH, -EBUSY, -ENOMEM.
 */
int klpm_blockers_stack(enum task_version target, s32 pid, u32 cpu, char *text, size_t size,
			size_t *ret_used);

#endif
