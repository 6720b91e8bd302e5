// SPDX-License-Identifier: GPL-2.0-only
/* A patch with many faults: klpctl check reports all of them, klpctl enable only the first. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("faults", "1.0");
KLP_REFERENCE("CVE-2026-0001");
KLP_LICENSE("GPL");

/* First fault: an fmod_ret body in a strict patch. */
KLP_FMOD_RET(int, security_inode_symlink, struct inode *dir, struct dentry *dentry,
	     const char *old_name)
{
	return klp_continue();
}

/* The function does not exist. */
KLP_GUARD(int, klp_test_no_such_function, struct seq_file *m, void *v)
{
	return klp_continue();
}

/* The prototype differs. */
KLP_GUARD(int, version_proc_show, struct seq_file *m)
{
	return klp_continue();
}

/* The verifier refuses it: it writes to arbitrary memory. */
KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	return klp_return(*(int *)m);
}

/* The verifier refuses it, too. */
KLP_GUARD(int, loadavg_proc_show, struct seq_file *m, void *v)
{
	return klp_return(*(int *)v);
}

/* No fault. */
KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}
