/* SPDX-License-Identifier: GPL-2.0-only */
/* Return values on their way to the caller, past a tracer's BPF trampoline. See pending.c. */
#ifndef KLP_KMOD_PENDING_H
#define KLP_KMOD_PENDING_H

#include <linux/types.h>

struct pending;

/**
 * klpm_pending_new() - reserve an entry for a call in the current task and context
 * @sp: stack address of the call's return address
 *
 * Context: Any.
 * Return: the entry; NULL if there is no room.
 */
struct pending *klpm_pending_new(unsigned long sp);
/* Set the value that klpm_pending_return(), run in place of the function, returns. */
void klpm_pending_set(struct pending *p, u64 value);
/* Free the entry, because the function itself is to run. */
void klpm_pending_drop(struct pending *p);
void klpm_pending_return(void);
/* Is the address in klpm_pending_return()? Any context. */
bool klpm_pending_is_return(unsigned long addr);

/* Begin to free the entries of tasks that the kernel frees. -ENOENT, and logs it; -ENOMEM. */
int klpm_pending_init(void);
/* Sleeps. */
void klpm_pending_exit(void);

#endif
