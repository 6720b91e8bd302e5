// SPDX-License-Identifier: GPL-2.0-only
/* Writes to an argument, which the verifier refuses, without the companion: OUTCOME_VERIFIER. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("verifier", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	dentry->d_flags = 0;
	return klp_continue();
}
