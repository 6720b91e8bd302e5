// SPDX-License-Identifier: GPL-2.0-only
/* A sleepable override body on the function of symlink-guard: symlink(2) fails with -EPERM. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("symlink-override-asleep", "1.0");
KLP_LICENSE("GPL");

KLP_OVERRIDE_SLEEPABLE(int, security_inode_symlink, struct inode *dir, struct dentry *dentry, const char *old_name)
{
	return -1;
}
