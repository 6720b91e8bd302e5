// SPDX-License-Identifier: GPL-2.0-only
/* Somebody else's program that comes after a guard body, and has its own answer: -EXDEV. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_inode_symlink")
long rival_wins(__u64 *ctx)
{
	return -18;
}
