// SPDX-License-Identifier: GPL-2.0-only
/* A foreign program that runs after a guard body and returns its own value, -EXDEV. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_inode_symlink")
long rival_wins(__u64 *ctx)
{
	return -18;
}
