/* SPDX-License-Identifier: GPL-2.0-only */
/* Ioctls that only look: each takes what user space gave and returns what the ioctl does. Called
 * without a lock. See query.c. */
#ifndef KLP_KMOD_QUERY_H
#define KLP_KMOD_QUERY_H

#include <linux/compiler_types.h>

long klpm_query_status(void __user *arg);
long klpm_query_objects(void __user *arg);
long klpm_query_blockers(void __user *arg);
long klpm_query_task(void __user *arg);
long klpm_query_stack(void __user *arg);
long klpm_query_callback(void __user *arg);
long klpm_query_refusal(void __user *arg);
long klpm_query_hooks(void __user *arg);

#endif
