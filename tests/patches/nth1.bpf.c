// SPDX-License-Identifier: GPL-2.0-only
/* The first of the two functions ipmr_mfc_seq_show() (ipmr.c and ip6mr.c). */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("nth1", "1.0");
KLP_DESCRIPTION("One of /proc/net/ip_mr_cache and ip6_mr_cache reads nth1");
KLP_REFERENCE("CVE-2026-0001");
KLP_LICENSE("GPL");

KLP_GUARD_AT(1, int, ipmr_mfc_seq_show, struct seq_file *seq, void *v)
{
	if (klp_seq_puts(seq, "nth1\n"))
		return klp_continue();
	return klp_return(0);
}
