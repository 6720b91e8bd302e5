// SPDX-License-Identifier: GPL-2.0-only
/* Much is wrong with it: klpctl check says all of it, klpctl enable the first. */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("faults", "1.0");
KLP_REFERENCE("CVE-2026-0001");
KLP_LICENSE("GPL");

/* strict, and the first of its faults */
KLP_FMOD_RET(int, security_inode_symlink, struct inode *dir, struct dentry *dentry,
	     const char *old_name)
{
	return klp_continue();
}

/* not there */
KLP_GUARD(int, klp_test_no_such_function, struct seq_file *m, void *v)
{
	return klp_continue();
}

/* another prototype */
KLP_GUARD(int, version_proc_show, struct seq_file *m)
{
	return klp_continue();
}

/* the verifier has something against it: anybody's memory */
KLP_GUARD(int, uptime_proc_show, struct seq_file *m, void *v)
{
	return klp_return(*(int *)m);
}

/* and again */
KLP_GUARD(int, loadavg_proc_show, struct seq_file *m, void *v)
{
	return klp_return(*(int *)v);
}

/* fine */
KLP_GUARD(int, cmdline_proc_show, struct seq_file *m, void *v)
{
	return klp_continue();
}
