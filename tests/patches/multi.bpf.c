// SPDX-License-Identifier: GPL-2.0-only
/* Several functions in one patch: each file of /proc reads "klp:" and the name of its function. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("multi", "1.0");
KLP_DESCRIPTION("/proc/uptime, loadavg, version and softirqs read klp:FUNCTION");
KLP_LICENSE("GPL");

#define SHOW(function) \
	KLP_FMOD_RET(int, function, struct seq_file *m, void *v) \
	{ \
		if (klp_seq_puts(m, "klp:" #function "\n")) \
			return klp_continue(); \
		return klp_return(0); \
	}

SHOW(uptime_proc_show)
SHOW(loadavg_proc_show)
SHOW(version_proc_show)
SHOW(show_softirqs)
