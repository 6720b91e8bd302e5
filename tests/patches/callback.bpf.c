// SPDX-License-Identifier: GPL-2.0-only
/* A callback whose program is not in a struct_ops map: OUTCOME_META_INVALID. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("callback", "1.0");
KLP_INFO("callback=vmlinux:pre_patch:before");
KLP_LICENSE("GPL");

int before(void *ctx);

SEC("syscall")
int before(void *ctx)
{
	return 0;
}

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return klp_continue();
}
