// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guard body on a function to which other programs may attach fmod_ret: symlink(2) to klp*
 * fails with -EPERM.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("symlink-guard", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(int, security_inode_symlink, struct inode *dir, struct dentry *dentry, const char *old_name)
{
	char name[4] = "";

	if (bpf_probe_read_kernel_str(name, sizeof(name), old_name) < 0 || name[0] != 'k' ||
	    name[1] != 'l' || name[2] != 'p')
		return klp_continue();
	return klp_return(-1);
}
