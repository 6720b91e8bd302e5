// SPDX-License-Identifier: GPL-2.0-only
/* A foreign program on a function that a patch is to patch. Always lets the original run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_inode_symlink")
long rival_symlink(__u64 *ctx)
{
	return 0;
}
