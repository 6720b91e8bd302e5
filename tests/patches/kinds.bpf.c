// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bodies of each kind on functions of each kind, to test what klpctl check reports about them.
 * Changes nothing.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("kinds", "1.0");
KLP_LICENSE("GPL");

/* Returns a pointer; not enabled for fmod_ret. */
KLP_FMOD_RET(struct dentry *, proc_lookup, struct inode *dir, struct dentry *dentry,
	     unsigned int flags)
{
	return klp_continue();
}

/* The kernel allows fmod_ret here without klp.ko. */
KLP_FMOD_RET(int, security_inode_symlink, struct inode *dir, struct dentry *dentry,
	     const char *old_name)
{
	return klp_continue();
}

/* Returns 64 bits. */
KLP_GUARD(long, hrtimer_nanosleep, ktime_t rqtp, const enum hrtimer_mode mode,
	  const clockid_t clockid)
{
	return klp_continue();
}
