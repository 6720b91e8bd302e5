// SPDX-License-Identifier: GPL-2.0-only
/*
 * A patch of newer tools: format 2, with a key that format 1 does not define. OUTCOME_META_NEWER.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_INFO("colour=green");
KLP_INFO("name=newer");
KLP_INFO("version=1.0");
KLP_INFO("format=2");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return klp_continue();
}
