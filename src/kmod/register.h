/* SPDX-License-Identifier: GPL-2.0-only */
/* Creates patches from what user space registers. See register.c. */
#ifndef KLP_KMOD_REGISTER_H
#define KLP_KMOD_REGISTER_H

#include <linux/types.h>

struct klp_uapi_func;

/**
 * klpm_register_patch() - Handle KLP_IOC_REGISTER
 * @owner: the open file that registers the patch
 * @arg: a struct klp_ioc_register
 *
 * Context: Process context, without klpm_mutex. Sleeps.
 * Return: 0; or a negative errno, as KLP_IOC_REGISTER.
 */
long klpm_register_patch(const void *owner, void __user *arg);

/**
 * klpm_register_copy_funcs() - Copy a table of functions from user space
 * @user: address of a struct klp_uapi_func[@n]
 * @n: number of entries
 *
 * Return: the table, to be freed with kvfree(); NULL if @n is 0; an ERR_PTR, -EINVAL if @n is more
 *   than KLP_FUNCS_MAX.
 */
struct klp_uapi_func *klpm_register_copy_funcs(u64 user, u32 n);

#endif
