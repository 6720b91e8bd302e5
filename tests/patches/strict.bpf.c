// SPDX-License-Identifier: GPL-2.0-only
/* A CVE makes the patch strict, and an fmod_ret body can miss calls: OUTCOME_STRICT. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("strict", "1.0");
KLP_REFERENCE("CVE-2026-0001");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return klp_continue();
}
