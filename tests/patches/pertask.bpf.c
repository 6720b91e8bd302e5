// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requires per-task consistency: --immediate fails with OUTCOME_CONSISTENCY, a missing companion
 * with OUTCOME_NO_COMPANION. In force it refuses to create directories named "klp-pertask".
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define EPERM 1

KLP_PATCH("pertask", "1.0");
KLP_PER_TASK_ONLY;
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	char name[sizeof("klp-pertask") + 1] = {};

	if (bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name)) < 0)
		return klp_continue();
	if (bpf_strncmp(name, sizeof(name), "klp-pertask") != 0)
		return klp_continue();
	return klp_return(-EPERM);
}
