/* SPDX-License-Identifier: GPL-2.0-only */
/* New records, from what user space says of them. See announce.c. */
#ifndef KLP_KMOD_ANNOUNCE_H
#define KLP_KMOD_ANNOUNCE_H

#include <linux/types.h>

struct klp_uapi_func;

/* KLP_IOC_ANNOUNCE by the file `owner`; `arg` is a struct klp_ioc_announce. */
long klpm_announce_record(const void *owner, void __user *arg);
/* A table of functions of user space's, to be freed with kvfree(); NULL if n is 0; an ERR_PTR. */
struct klp_uapi_func *klpm_announce_copy_funcs(u64 user, u32 n);

#endif
