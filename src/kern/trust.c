/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens a patch file and proves, on file descriptors, that only root could have written it or put
 * it where it is. Nothing is checked by name and opened by name afterwards. The directory's path is
 * made canonical first. Then every component from "/" down is opened relative to the one above it,
 * without following symlinks, and fstat(2) judges what was really opened. If a component is
 * replaced meanwhile, the walk fails.
 *
 * Owner and mode depend on the filesystem: one that an ordinary user may serve (FUSE) can report
 * anything, and is refused.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kern/caps.h"
#include "kern/trust.h"
#include "klp/meta.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/fd-util.h"

/* 0 if only root can change what fd refers to. `what` names it in the report. */
static int trust_check_fd(int fd, const char *what, struct stat *ret, struct report *report)
{
	struct statfs fs;

	if (fstat(fd, ret) < 0 || fstatfs(fd, &fs) < 0) {
		int r = errno_negative();

		report_set(report, OUTCOME_FILE_UNREADABLE, "cannot examine '%s': %s", what,
			   strerror(-r));
		return OUTCOME_FILE_UNREADABLE;
	}
	if (fs.f_type == FUSE_SUPER_MAGIC)
		return report_set(report, OUTCOME_FILE_UNTRUSTED,
				  "'%s' is on a filesystem that a user may serve (FUSE)", what);
	if (ret->st_uid != 0)
		return report_set(report, OUTCOME_FILE_UNTRUSTED,
				  "'%s' is owned by uid %u, not by root", what,
				  (unsigned int)ret->st_uid);
	/* An ACL that grants write access to other users shows in the group bits, as its mask. */
	if (ret->st_mode & (S_IWGRP | S_IWOTH))
		return report_set(report, OUTCOME_FILE_UNTRUSTED,
				  "'%s' is writable by %s (mode %04o)", what,
				  ret->st_mode & S_IWOTH ? "all users" : "its group",
				  (unsigned int)(ret->st_mode & 07777));
	return 0;
}

static int trust_unreadable(struct report *report, int error, const char *what)
{
	int r = report_set(report, OUTCOME_FILE_UNREADABLE, "cannot open '%s': %s", what,
			   strerror(-error));

	if (report && report->outcome == OUTCOME_FILE_UNREADABLE && report->error == 0)
		report->error = -error;
	return r;
}

/* Walk down to canonical directory `dir`. 0 with its fd in *ret, an outcome, or -errno. */
static int trust_open_dir(const char *dir, int *ret, struct report *report)
{
	_cleanup_close_ int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *copy = strdup(dir);
	char *part, *rest = copy;
	struct stat st;
	int r;

	if (!copy)
		return -ENOMEM;
	if (fd < 0)
		return trust_unreadable(report, errno_negative(), "/");
	r = trust_check_fd(fd, "/", &st, report);
	if (r != 0)
		return r;

	while ((part = strsep(&rest, "/"))) {
		_cleanup_free_ char *so_far = NULL;
		int next;

		if (*part == '\0')
			continue;
		so_far = strndup(dir, (size_t)(part - copy) + strlen(part));
		if (!so_far)
			return -ENOMEM;
		next = openat(fd, part, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		if (next < 0)
			return trust_unreadable(report, errno_negative(), so_far);
		safe_close(fd);
		fd = next;
		r = trust_check_fd(fd, so_far, &st, report);
		if (r != 0)
			return r;
	}
	*ret = TAKE_FD(fd);
	return 0;
}

/* Split "/a/b/c" into "/a/b", made canonical, and "c". */
static int trust_split(const char *path, char **ret_dir, const char **ret_base,
		       struct report *report)
{
	_cleanup_free_ char *dir = NULL;
	const char *base = strrchr(path, '/');
	size_t length = strlen(path);

	/* The name goes into reports and from there into a pin, so it is bounded here once. */
	if (path[0] != '/' || length >= PATH_MAX)
		return report_set(report, OUTCOME_FILE_UNREADABLE, "the path %s",
				  path[0] != '/' ? "is not absolute" : "is too long");
	if (strstr(path, "/../") || STREQ(base, "/.."))
		return report_set(report, OUTCOME_FILE_UNREADABLE,
				  "the path '%s' goes through '..'", path);
	if (base[1] == '\0' || STREQ(base, "/."))
		return report_set(report, OUTCOME_FILE_UNREADABLE, "'%s' does not name a file",
				  path);

	dir = base == path ? strdup("/") : strndup(path, (size_t)(base - path));
	if (!dir)
		return -ENOMEM;
	*ret_dir = realpath(dir, NULL);
	if (!*ret_dir)
		return errno == ENOMEM ? -ENOMEM : trust_unreadable(report, errno_negative(), dir);
	*ret_base = base + 1;
	return 0;
}

/* Open the file itself: a regular one, not a symlink. */
static int trust_open_file(int dir_fd, const char *base, const char *path, int *ret,
			   struct report *report)
{
	struct stat st;
	int fd;

	/* Checked before opening, because opening a device or a FIFO may already have an effect. */
	if (fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return trust_unreadable(report, errno_negative(), path);
	if (S_ISLNK(st.st_mode))
		return report_set(report, OUTCOME_FILE_UNTRUSTED, "'%s' is a symbolic link", path);
	if (!S_ISREG(st.st_mode))
		return report_set(report, OUTCOME_FILE_UNTRUSTED, "'%s' is not a regular file",
				  path);
	fd = openat(dir_fd, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return trust_unreadable(report, errno_negative(), path);
	*ret = fd;
	return 0;
}

int trust_read_patch(const char *path, void **ret, size_t *ret_size, struct report *report)
{
	_cleanup_close_ int dir_fd = -EBADF, fd = -EBADF;
	_cleanup_free_ char *dir = NULL, *data = NULL;
	const char *base = NULL;
	struct stat st;
	size_t size = 0;
	int r;

	CAPS_SCOPE(CAPS_READ);

	r = trust_split(path, &dir, &base, report);
	if (r == 0)
		r = trust_open_dir(dir, &dir_fd, report);
	if (r == 0)
		r = trust_open_file(dir_fd, base, path, &fd, report);
	if (r == 0)
		r = trust_check_fd(fd, path, &st, report);
	if (r != 0)
		return r;
	if (!S_ISREG(st.st_mode))
		return report_set(report, OUTCOME_FILE_UNTRUSTED, "'%s' is not a regular file",
				  path);

	r = read_fd_limited(fd, KLP_FILE_MAX, &data, &size);
	if (r == -ENOMEM)
		return r;
	if (r == -EFBIG)
		return report_set(report, OUTCOME_FILE_UNREADABLE,
				  "'%s' is larger than a patch may be (%d bytes)", path,
				  KLP_FILE_MAX);
	if (r < 0)
		return trust_unreadable(report, r, path);
	*ret = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
