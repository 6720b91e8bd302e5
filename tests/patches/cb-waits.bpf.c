// SPDX-License-Identifier: GPL-2.0-only
/*
 * As cb-modprobe, but the module that the kernel loads for the sysctl is an object of this patch:
 * the module waits for the callback, and the callback waits for the module.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cb-waits", "1.0");
KLP_LICENSE("GPL");

KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}

KLP_PRE_PATCH(vmlinux)
{
	return klp_sysctl_set(cb, "net/ipv4/tcp_congestion_control", "vegas");
}

KLP_POST_PATCH(tcp_vegas)
{
}
