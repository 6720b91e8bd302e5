/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel knows about a process that has connected. Its uid was recorded at that moment.
 * User namespace and capabilities are read from the process with the recorded pid; its pidfd shows
 * afterwards that the pid was not reused meanwhile. Nothing here needs a capability, because every
 * process may use capget(2) and read uid_map.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/peer.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

#define UID_MAP_ROOM 4096

static bool peer_has_ended(const struct peer *p)
{
	struct pollfd fd = { .fd = p->pidfd, .events = POLLIN };

	return p->pidfd < 0 || p->pid <= 0 || poll(&fd, 1, 0) != 0;
}

/* 1: all ids are mapped to themselves; 0: they are not; negative: uid_map is hidden (hidepid). */
static int peer_ids_are_ours(const struct peer *p)
{
	unsigned long long inside, outside, count;
	_cleanup_free_ char *path = NULL, *map = NULL;
	size_t size;
	int r;

	if (asprintf(&path, "/proc/%d/uid_map", (int)p->pid) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = read_file_limited(path, UID_MAP_ROOM, &map, &size);
	if (r < 0)
		return r;
	return sscanf(map, "%llu %llu %llu", &inside, &outside, &count) == 3 && inside == 0 &&
	       outside == 0 && count == UINT32_MAX;
}

/*
 * 1, 0, or negative if it is not known. uid_map is not enough, because another namespace may also
 * map all ids to themselves. If root made a namespace, the kernel shows it for a process in it,
 * because the owner may inspect the namespace. For a process in klpd's own namespace it returns
 * EACCES, because klpd raises no capability for this.
 */
static int peer_in_our_namespace(const struct peer *p)
{
	_cleanup_close_ int fd = -EBADF;
	struct stat ours, its;
	int r;

	r = peer_ids_are_ours(p);
	if (r == 0)
		return 0;
	fd = ioctl(p->pidfd, PIDFD_GET_USER_NAMESPACE, 0);
	if (fd < 0)
		return errno == EACCES ? 1 : errno_negative();
	if (stat("/proc/self/ns/user", &ours) < 0 || fstat(fd, &its) < 0)
		return errno_negative();
	return ours.st_dev == its.st_dev && ours.st_ino == its.st_ino;
}

void peer_done(struct peer *p)
{
	p->pidfd = safe_close(p->pidfd);
}

int peer_read(int fd, struct peer *ret)
{
	struct ucred ucred;
	socklen_t size = sizeof(ucred);

	*ret = PEER_INIT;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &ucred, &size) < 0)
		return errno_negative();
	ret->pid = ucred.pid;
	ret->uid = ucred.uid;
	size = sizeof(ret->pidfd);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &ret->pidfd, &size) < 0)
		ret->pidfd = -EBADF;
	/* unknown does not count as mapped: where /proc is hidden, all peers are unknown */
	ret->mapped = peer_has_ended(ret) || peer_ids_are_ours(ret) == 0;
	if (ret->uid != 0)
		peer_done(ret);
	return 0;
}

static int peer_has_capabilities(const struct peer *p, bool *ret)
{
	cap_flag_value_t admin = CAP_CLEAR, bpf = CAP_CLEAR;
	cap_t caps = cap_get_pid(p->pid);
	int r = 0;

	if (!caps)
		return errno_negative();
	if (cap_get_flag(caps, CAP_SYS_ADMIN, CAP_EFFECTIVE, &admin) < 0 ||
	    cap_get_flag(caps, CAP_BPF, CAP_EFFECTIVE, &bpf) < 0)
		r = errno_negative();
	(void)cap_free(caps);
	*ret = admin == CAP_SET && bpf == CAP_SET;
	return r;
}

int peer_check_root(const struct peer *p, struct report *report)
{
	bool capable = false;
	int ours, r;

	if (p->uid != 0)
		return report_set(report, OUTCOME_PERMISSION,
				  "Only root may do this, the caller is uid %u", (unsigned int)p->uid);
	if (peer_has_ended(p))
		return -ESRCH;
	ours = peer_in_our_namespace(p);
	r = peer_has_capabilities(p, &capable);
	/* only now is it certain that both results are those of the peer */
	if (peer_has_ended(p))
		return -ESRCH;
	if (ours == 0)
		return report_set(report, OUTCOME_PERMISSION,
				  "Only root of klpd's user namespace may do this, the caller is in another");
	if (ours < 0 || r < 0)
		return report_set(report, OUTCOME_PERMISSION,
				  "It cannot be told which capabilities the caller has (%s)",
				  strerrordesc_np(ours < 0 ? -ours : -r));
	return capable ? 0 : report_set(report, OUTCOME_PERMISSION,
					"Root may do this only with CAP_SYS_ADMIN and CAP_BPF, as klp.ko "
					"asks for them; the caller is without");
}
