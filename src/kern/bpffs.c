// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares the device of KLPD_BPFFS with that of the mount that /proc/1/mountinfo has there. Of
 * mounts that cover each other only the topmost is visible. Among the mounts at one path it is the
 * one that is not the parent of another. Owns nothing, keeps nothing.
 */
#include <inttypes.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "kern/bpffs.h"
#include "kern/caps.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"

#define MOUNTS_MAX	32	/* on top of each other */

int bpffs_check(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return errno_negative();
	return fs.f_type == BPF_FS_MAGIC ? 0 : -EINVAL;
}

struct mount {
	int id, parent;
	unsigned int major, minor;
	bool whole;		/* a bpffs, from its root */
};

/* "ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [FIELD...] - TYPE ..."; true: it is at this path. */
static bool mount_parse(char *line, const char *path, struct mount *ret)
{
	const char *dash = strstr(line, " - ");
	bool bpf = dash && STR_HAS_PREFIX(dash, " - bpf ");
	char *rest, *root, *at;

	if (!dash || sscanf(line, "%d %d %u:%u ", &ret->id, &ret->parent, &ret->major, &ret->minor) != 4)
		return false;
	rest = line;
	for (int i = 0; i < 3 && rest; i++)
		(void)strsep(&rest, " ");
	root = rest ? strsep(&rest, " ") : NULL;
	at = rest ? strsep(&rest, " ") : NULL;
	if (!root || !at || !STREQ(at, path))
		return false;
	ret->whole = bpf && STREQ(root, "/");
	return true;
}

int bpffs_find(FILE *mountinfo, const char *path, uint64_t *ret_dev)
{
	_cleanup_free_ char *line = NULL;
	struct mount mounts[MOUNTS_MAX];
	size_t n = 0, size = 0;

	while (n < ARRAY_SIZE(mounts) && getline(&line, &size, mountinfo) >= 0)
		n += mount_parse(line, path, &mounts[n]);
	for (size_t i = 0; i < n; i++) {
		bool covered = false;

		for (size_t j = 0; j < n; j++)
			covered = covered || mounts[j].parent == mounts[i].id;
		if (covered || !mounts[i].whole)
			continue;
		*ret_dev = makedev(mounts[i].major, mounts[i].minor);
		return 0;
	}
	return -ENOENT;
}

uint64_t bpffs_device(void)
{
	struct stat st;

	return bpffs_check(KLPD_BPFFS) == 0 && stat(KLPD_BPFFS, &st) == 0 ? st.st_dev : 0;
}

int bpffs_check_system(void)
{
	_cleanup_fclose_ FILE *f = NULL;
	struct stat st;
	uint64_t dev;
	int r;

	CAPS_SCOPE(CAPS_BPF);

	r = bpffs_check(KLPD_BPFFS);
	if (r < 0)
		return r == -ENOENT ? -EINVAL : r;
	f = fopen("/proc/1/mountinfo", "re");
	if (!f)
		return 0;
	if (stat(KLPD_BPFFS, &st) < 0)
		return errno_negative();
	r = bpffs_find(f, KLPD_BPFFS, &dev);
	return r < 0 || dev != st.st_dev ? -EXDEV : 0;
}
