/* SPDX-License-Identifier: GPL-2.0-only */
/* Values on their way to a caller, past somebody's BPF trampoline. See pending.c. */
#ifndef KLP_KMOD_PENDING_H
#define KLP_KMOD_PENDING_H

#include <linux/types.h>

struct pending;

/* For the call whose return address is at `sp`, of what runs now. NULL: no room. Any context. */
struct pending *pending_new(unsigned long sp);
/* It is to return this, which pending_return(), run in place of the function, does. */
void pending_set(struct pending *p, u64 value);
/* The function itself is to run. */
void pending_drop(struct pending *p);
void pending_return(void);
/* In there. Any context. */
bool pending_is_return(unsigned long addr);

#endif
