/* SPDX-License-Identifier: GPL-2.0-only */
/* The blockers when the transition was last reversed. Called with klpm_mutex held. See kept.c. */
#ifndef KLP_KMOD_KEPT_H
#define KLP_KMOD_KEPT_H

#include <linux/types.h>

#include "klp/uapi.h"
#include "tasks.h"

/* Replace the kept list by the present blockers. Without memory, nothing is kept. */
void klpm_kept_take(enum task_version target);
void klpm_kept_drop(void);
/* As klpm_blockers_list(), for the kept blockers; -ENOENT if nothing is kept. */
int klpm_kept_list(struct klp_uapi_blocker *out, u32 room);
/* As klpm_blockers_stack(), for the kept blockers; -EBUSY if the stack was not saved. */
int klpm_kept_stack(s32 pid, u32 cpu, char *text, size_t size, size_t *ret_used);

#endif
