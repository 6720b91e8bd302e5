// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name that is once in BTF and twice in kallsyms (ipmr.c and ip6mr.c):
 * OUTCOME_AMBIGUOUS_FUNCTION.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("ambiguous", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, ipmr_mfc_seq_show, struct seq_file *m, void *v)
{
	return klp_return(0);
}
