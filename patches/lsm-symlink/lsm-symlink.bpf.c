// SPDX-License-Identifier: GPL-2.0-only
/*
 * lsm-symlink: no new symbolic link may point to /proc/self/exe.
 *
 * What is wrong: whoever opens such a link opens his own executable. Container runtimes were made
 * to overwrite themselves by a link of this kind in an image (the class of CVE-2019-5736).
 *
 * What it changes: creating a symbolic link whose text is exactly "/proc/self/exe" fails with
 * EPERM, on every file system and for everybody. Existing links and other texts are not touched.
 *
 * Why it is safe: security_inode_symlink() exists to refuse, runs before anything was changed, and
 * each of its callers hands the error on. The text is read with a helper that cannot fault; when it
 * cannot be read, the original decides. Hooks of this kind are enabled for fmod_ret on every
 * kernel, so the patch needs no companion.
 *
 * Its limit: it names no CVE and is not strict, because an fmod_ret body can miss a call (see
 * klp-patch(5)). It narrows a door, it is not the lock.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

#define EPERM 1

KLP_PATCH("lsm-symlink", "1.0");
KLP_DESCRIPTION("Refuse new symbolic links to /proc/self/exe");
KLP_LICENSE("GPL");

KLP_FMOD_RET(int, security_inode_symlink, struct inode *dir, struct dentry *dentry,
	     const char *old_name)
{
	char text[sizeof("/proc/self/exe") + 1] = {};

	if (bpf_probe_read_kernel_str(text, sizeof(text), old_name) < 0)
		return klp_continue();
	if (bpf_strncmp(text, sizeof(text), "/proc/self/exe") != 0)
		return klp_continue();
	return klp_return(-EPERM);
}
