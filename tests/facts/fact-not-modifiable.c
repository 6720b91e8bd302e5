// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assumption: fmod_ret on an ordinary function is refused with EINVAL and the words "NAME() is
 * not modifiable", while fexit on it loads. A function that never returns is refused for both,
 * and the fexit message says so.
 * Kernel: bpf_check_attach_target(), check_attach_btf_id() in kernel/bpf/verifier.c.
 * If it changes: kern/probe.c would take functions that are not enabled for fmod_ret for
 * impossible ones or the reverse, and kern/object.c would report them as a verifier failure.
 */
#include "fact.h"

#define ORDINARY	"meminfo_proc_show"

int main(void)
{
	char log[4096] = "";
	int fd;

	fact_begin("not-modifiable");
	fd = fact_load(BPF_MODIFY_RETURN, ORDINARY, 0, log, sizeof(log));
	if (fd >= 0)
		fact_skip(ORDINARY "() was enabled for fmod_ret before");
	FACT(errno == EINVAL);
	FACT(strstr(log, ORDINARY "() is not modifiable"));
	FACT_TRY(fact_load(BPF_TRACE_FEXIT, ORDINARY, 0, NULL, 0));

	log[0] = '\0';
	FACT_REFUSED(fact_load(BPF_TRACE_FEXIT, "do_exit", 0, log, sizeof(log)), EINVAL);
	FACT(strstr(log, "__noreturn function"));
	return fact_ok();
}
