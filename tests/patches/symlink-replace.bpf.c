// SPDX-License-Identifier: GPL-2.0-only
/* A replace body on the function of symlink-guard: every symlink(2) fails with -EPERM. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("symlink-replace", "1.0");
KLP_LICENSE("GPL");

KLP_REPLACE_FUNC(int, security_inode_symlink, struct inode *dir, struct dentry *dentry, const char *old_name)
{
	return -1;
}
