/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tasks that have not moved, why, and their stacks. Calls with klpm_mutex held, while a
 * transition runs. See blockers.c.
 */
#ifndef KLP_KMOD_BLOCKERS_H
#define KLP_KMOD_BLOCKERS_H

#include <linux/types.h>

#include "klp/uapi.h"
#include "tasks.h"

/**
 * klpm_blockers_list() - List the tasks that have not moved
 * @target: the version that tasks move to
 * @out: up to @room entries; the tasks that have been blocking longest come first
 * @room: size of @out
 *
 * Return: how many blockers there are, which may be more than @room; -ENOMEM.
 */
int klpm_blockers_list(enum task_version target, struct klp_uapi_blocker *out, u32 room);

/**
 * klpm_blockers_stack() - Print the stack of one blocker
 * @target: the version that tasks move to
 * @pid: thread id; 0: the idle task of @cpu
 * @cpu: only if @pid is 0
 * @text: buffer for the text, as KLP_IOC_STACK returns it
 * @size: size of @text
 * @ret_used: set to the bytes used, on success
 *
 * Return: 0; -ESRCH if the task is no blocker; -EBUSY if it runs and could not be stopped; -ENOMEM.
 */
int klpm_blockers_stack(enum task_version target, s32 pid, u32 cpu, char *text, size_t size,
			size_t *ret_used);

#endif
