/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The read-only ioctls. Each takes the argument from user space and returns the result of the
 * ioctl. Called without locks. See query.c.
 */
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
