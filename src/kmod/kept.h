/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was in the way when the transition was last turned round. With klpm_mutex held. See kept.c. */
#ifndef KLP_KMOD_KEPT_H
#define KLP_KMOD_KEPT_H

#include <linux/types.h>

#include "klp/uapi.h"
#include "tasks.h"

/* Look at all that are in the way now, in place of what was kept. For want of memory nothing is. */
void klpm_kept_take(enum task_version target);
void klpm_kept_drop(void);
/* As klpm_blockers_list(), of what is kept; -ENOENT: nothing is. */
int klpm_kept_list(struct klp_uapi_blocker *out, u32 room);
/* As klpm_blockers_stack(); -EBUSY: it was not looked at. */
int klpm_kept_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used);

#endif
