/* SPDX-License-Identifier: GPL-2.0-only */
/* Values on their way to a caller, past somebody's BPF trampoline. See pending.c. */
#ifndef KLP_KMOD_PENDING_H
#define KLP_KMOD_PENDING_H

#include <linux/types.h>

struct pending;

/* For the call whose return address is at `sp`, of what runs now. NULL: no room. Any context. */
struct pending *klpm_pending_new(unsigned long sp);
/* It is to return this, which klpm_pending_return(), run in place of the function, does. */
void klpm_pending_set(struct pending *p, u64 value);
/* The function itself is to run. */
void klpm_pending_drop(struct pending *p);
void klpm_pending_return(void);
/* In there. Any context. */
bool klpm_pending_is_return(unsigned long addr);

#endif
