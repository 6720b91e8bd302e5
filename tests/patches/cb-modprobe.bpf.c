// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pre_patch callback writes a sysctl for which the kernel loads a module if it is not loaded
 * yet.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cb-modprobe", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}

KLP_PRE_PATCH(vmlinux)
{
	return klp_sysctl_set(cb, "net/ipv4/tcp_congestion_control", "vegas");
}
