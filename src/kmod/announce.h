/* SPDX-License-Identifier: GPL-2.0-only */
/* Creates patches from what user space announces. See announce.c. */
#ifndef KLP_KMOD_ANNOUNCE_H
#define KLP_KMOD_ANNOUNCE_H

#include <linux/types.h>

struct klp_uapi_func;

/**
 * klpm_announce_record() - Handle KLP_IOC_ANNOUNCE
 * @owner: the open file that announces the patch
 * @arg: a struct klp_ioc_announce
 *
 * Context: Process context, without klpm_mutex. Sleeps.
 * Return: 0; or a negative errno, as KLP_IOC_ANNOUNCE.
 */
long klpm_announce_record(const void *owner, void __user *arg);

/**
 * klpm_announce_copy_funcs() - Copy a table of functions from user space
 * @user: address of a struct klp_uapi_func[@n]
 * @n: number of entries
 *
 * Return: the table, to be freed with kvfree(); NULL if @n is 0; an ERR_PTR, -EINVAL if @n is more
 *   than KLP_UAPI_FUNCS_MAX.
 */
struct klp_uapi_func *klpm_announce_copy_funcs(u64 user, u32 n);

#endif
