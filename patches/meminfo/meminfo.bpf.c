// SPDX-License-Identifier: GPL-2.0-only
/*
 * meminfo: /proc/meminfo says that it was patched.
 *
 * What is wrong: nothing. The second demonstration patch, after the kernel's own livepatch test
 * module for atomic replace. It does not declare KLP_REPLACE, so that `klpctl enable` shows it
 * beside the patch cmdline and `klpctl replace` shows it in its place.
 *
 * What it changes: meminfo_proc_show() writes one fixed line instead of the memory figures.
 * Programs that read them (free, top) find none while it is in force.
 *
 * Why it is safe: as cmdline; the only caller is seq_file, which wants the text and 0. The original
 * takes no lock that its caller relies on.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("meminfo", "1.0");
KLP_DESCRIPTION("/proc/meminfo reads \"this has been live patched\"");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, meminfo_proc_show, struct seq_file *m, void *v)
{
	if (klp_seq_puts(m, "this has been live patched\n"))
		return klp_continue();
	return klp_return(0);
}
