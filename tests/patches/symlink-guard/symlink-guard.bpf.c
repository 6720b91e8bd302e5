// SPDX-License-Identifier: GPL-2.0-only
/* A guard body on a function on which others may have fmod_ret programs. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("symlink-guard", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(int, security_inode_symlink, struct inode *dir, struct dentry *dentry, const char *old_name)
{
	return klp_continue();
}
