// SPDX-License-Identifier: GPL-2.0-only
/* Somebody else's program where a patch wants to be. Always lets the original run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fmod_ret/security_inode_symlink")
long rival_symlink(__u64 *ctx)
{
	return 0;
}
