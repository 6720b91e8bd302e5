// SPDX-License-Identifier: GPL-2.0-only
/*
 * State 1 in version 1, in a patch that is in force beside others with the same state, see
 * state.h.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define NAME "state-a"
#define VERSION 1
#define BESIDE
#include "state.h"

KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}
