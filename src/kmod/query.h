/* SPDX-License-Identifier: GPL-2.0-only */
/* Ioctls that only look: each takes what user space gave and returns what the ioctl does. Called
 * without a lock. See query.c. */
#ifndef KLP_KMOD_QUERY_H
#define KLP_KMOD_QUERY_H

#include <linux/compiler_types.h>

long query_status(void __user *arg);
long query_objects(void __user *arg);
long query_blockers(void __user *arg);
long query_task(void __user *arg);
long query_stack(void __user *arg);
long query_callback(void __user *arg);
long query_refusal(void __user *arg);
long query_hooks(void __user *arg);

#endif
