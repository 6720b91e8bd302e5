// SPDX-License-Identifier: GPL-2.0-only
/*
 * State 1 in version 1. Cannot replace states-v2 (OUTCOME_STATE_INCOMPATIBLE). In force it
 * refuses to create directories named "states-v1".
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define EPERM 1

KLP_PATCH("states-v1", "1.0");
KLP_REPLACE;
KLP_STATE(1, 1);
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	char name[sizeof("states-v1") + 1] = {};

	if (bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name)) < 0)
		return klp_continue();
	if (bpf_strncmp(name, sizeof(name), "states-v1") != 0)
		return klp_continue();
	return klp_return(-EPERM);
}
