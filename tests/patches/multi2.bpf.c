// SPDX-License-Identifier: GPL-2.0-only
/*
 * A replacement for multi: two of its functions and two others, with another text. In each pair,
 * one function has a guard body.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("multi2", "1.0");
KLP_DESCRIPTION("/proc/version, softirqs, cmdline and meminfo read klp2:FUNCTION");
KLP_LICENSE("GPL");

#define SHOW(body, function) \
	body(int, function, struct seq_file *m, void *v) \
	{ \
		if (klp_seq_puts(m, "klp2:" #function "\n")) \
			return klp_continue(); \
		return klp_return(0); \
	}

SHOW(KLP_FMOD_RET, version_proc_show)
SHOW(KLP_GUARD, show_softirqs)
SHOW(KLP_GUARD, cmdline_proc_show)
SHOW(KLP_FMOD_RET, meminfo_proc_show)
