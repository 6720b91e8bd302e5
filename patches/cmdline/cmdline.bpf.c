// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmdline: /proc/cmdline says that it was patched.
 *
 * What is wrong: nothing. This is the demonstration patch, after the kernel's own livepatch sample:
 * its effect can be seen from any shell and hurts nobody.
 *
 * What it changes: cmdline_proc_show() writes one fixed line instead of the kernel's command line.
 *
 * Why it is safe: the only caller is seq_file, which hands in its own seq_file and asks for nothing
 * but the text and 0. When the line does not fit, the original runs, so a reader never sees half.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("cmdline", "1.0");
KLP_DESCRIPTION("/proc/cmdline reads \"this has been live patched\"");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
