// SPDX-License-Identifier: GPL-2.0-only
/* The first argument is a seq_file in the kernel and a file here: OUTCOME_PROTOTYPE. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("wrongproto", "1.0");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, cmdline_proc_show, struct file *file, void *v)
{
	return klp_continue();
}
