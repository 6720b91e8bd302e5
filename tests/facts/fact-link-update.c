// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: the program of a tracing link cannot be exchanged, nor can the link be detached by
 * force: BPF_LINK_UPDATE fails with EINVAL, BPF_LINK_DETACH with EOPNOTSUPP.
 * Kernel: bpf_tracing_link_lops in kernel/bpf/syscall.c has neither update_prog nor detach.
 * If it changes: a body could be replaced by one link update, without gates; reconsider the
 * design.
 */
#include "fact.h"

int main(void)
{
	int link, other;

	fact_begin("link-update");
	link = fact_attach((uint64_t)-EACCES, NULL);
	other = FACT_TRY(fact_load(BPF_MODIFY_RETURN, FACT_HOOK, (uint64_t)-EPERM, NULL, 0));
	FACT_REFUSED(bpf_link_update(link, other, NULL), EINVAL);
	FACT_REFUSED(bpf_link_detach(link), EOPNOTSUPP);
	FACT(fact_stat() == -EACCES);
	return fact_ok();
}
