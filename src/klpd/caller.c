/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A caller in a container, in a chroot or in a unit with its own mounts may mean another file by
 * the same path. In another pid namespace it may mean another thread by the same id. klpd would
 * then load the wrong patch, and remember a path that means nothing. Calls for which this may be so
 * are refused here. Owns nothing and needs no capability: mounts and ids are read from
 * /proc/PID/mountinfo and status, which every process may read. The pidfd of the peer shows
 * afterwards whether PID still was that process.
 *
 * Mount ids are unique at any time, across all namespaces. So a caller that has the root mount of
 * PID 1 as its root directory sees the same files as PID 1. klpd.service has its own mounts, but
 * none of them puts another file in the place of one.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/caps.h"
#include "klpd/caller.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/macro.h"

#define CALLER_FILE_MAX	(1U << 20)

void caller_accept(sd_varlink *client)
{
	uid_t uid;

	if (sd_varlink_get_peer_uid(client, &uid) >= 0 && uid == 0)
		(void)sd_varlink_set_allow_fd_passing_input(client, true);
}

/* Read a /proc file of the caller. -ESRCH if the process has ended. */
static int caller_read(sd_varlink *client, const char *file, char **ret)
{
	struct pollfd alive = { .fd = sd_varlink_get_peer_pidfd(client), .events = POLLIN };
	char path[64];
	size_t size;
	pid_t pid;
	int r;

	r = sd_varlink_get_peer_pid(client, &pid);
	if (r < 0)
		return r;
	if (pid <= 0)
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	r = read_file_limited(path, CALLER_FILE_MAX, ret, &size);
	/* the pidfd is readable if the process has ended; its id may have a new owner by now */
	if (r == 0 && alive.fd >= 0 && poll(&alive, 1, 0) != 0) {
		free(TAKE_PTR(*ret));
		return -ESRCH;
	}
	return r;
}

/* The id of the last mount on "/"; 0 if the root directory is not a mount. */
static uint64_t mount_of_root(const char *mountinfo)
{
	uint64_t id, found = 0;
	int end;

	for (const char *line = mountinfo; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		end = 0;
		/* id, parent, device, root, mount point */
		if (sscanf(line, "%" SCNu64 " %*u %*s %*s / %n", &id, &end) == 1 && end > 0 &&
		    line[end - 1] == ' ')
			found = id;
	}
	return found;
}

static bool caller_has_our_mounts(sd_varlink *client)
{
	_cleanup_free_ char *theirs = NULL, *first = NULL;
	uint64_t id;
	size_t size;

	if (caller_read(client, "mountinfo", &theirs) < 0 ||
	    read_file_limited("/proc/1/mountinfo", CALLER_FILE_MAX, &first, &size) < 0)
		return false;
	id = mount_of_root(theirs);
	return id != 0 && id == mount_of_root(first);
}

int caller_check_file(sd_varlink *client, const char *path, int64_t index, struct report *report)
{
	_cleanup_close_ int ours = -EBADF;
	struct stat here, there;
	int fd;

	CAPS_SCOPE(CAPS_READ);

	if (index < 0) {
		if (caller_has_our_mounts(client))
			return 0;
		return report_set(report, OUTCOME_OTHER_FILE, "The caller does not have the mounts and the "
				  "root directory of PID 1, and sent no descriptor of '%s'", path);
	}
	fd = sd_varlink_peek_fd(client, (size_t)index);
	if (fd < 0 || fstat(fd, &there) < 0)
		return report_set(report, OUTCOME_OTHER_FILE, "The call has no descriptor %" PRId64
				  " of '%s'", index, path);
	ours = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (ours < 0 || fstat(ours, &here) < 0)
		return 0;
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return 0;
	return report_set(report, OUTCOME_OTHER_FILE, "'%s' is another file to klpd than to the caller, "
			  "which has other mounts or another root directory", path);
}

bool caller_has_our_pids(sd_varlink *client)
{
	_cleanup_free_ char *status = NULL;
	const char *ids;
	int first = 0, more = 0;

	if (caller_read(client, "status", &status) < 0)
		return false;
	ids = strstr(status, "\nNSpid:");
	/* NSpid has one id for each nested pid namespace below that of klpd */
	return ids && sscanf(ids, "\nNSpid:%d%*[ \t]%d", &first, &more) == 1;
}

int caller_check_pids(sd_varlink *client, struct report *report)
{
	if (caller_has_our_pids(client))
		return 0;
	return report_set(report, OUTCOME_UNSUPPORTED, "The caller is in another pid namespace than klpd: "
			  "the ids of threads would differ; run klpctl outside the container");
}
