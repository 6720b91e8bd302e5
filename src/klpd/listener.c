/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the listening socket. Promises:
 *
 * - Root's connections are counted apart from those of other users, so others cannot use them up.
 * - One other user gets only a part of the connections for others. All users that exist only in
 *   user namespaces share one such part.
 * - A client that is refused gets the reason.
 * - klpd goes on listening if a client could not be accepted for lack of descriptors or memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "klpd/listener.h"
#include "klpd/refusal.h"
#include "shared/paths.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/log.h"
#include "util/macro.h"

/* The FileDescriptorName= of klpd.socket. */
#define LISTENER_NAME	"varlink"

/* Short, so that refused clients do not delay root for long. */
#define BACKLOG		256
/* Connections accepted in one turn of the loop. */
#define ACCEPT_MAX	16
#define REST_USEC	100000ULL

/*
 * Whether a process listens at the address, for example the service manager for klpd.socket. The
 * test connects with a socket of another type: the kernel refuses that with EPROTOTYPE if a socket
 * listens there, and no service is started.
 */
static bool listener_is_taken(const struct sockaddr_un *address)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
	       errno == EPROTOTYPE;
}

static int listener_bind(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = KLPD_SOCKET };

	if (listener_is_taken(&address))
		return -EADDRINUSE;
	if (unlink(KLPD_SOCKET) < 0 && errno != ENOENT)
		return errno_negative();
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(KLPD_SOCKET, 0660) < 0 || listen(fd, BACKLOG) < 0)
		return errno_negative();
	return 0;
}

/* klpd was started by hand: make a socket as klpd.socket would. */
static int listener_make(void)
{
	_cleanup_close_ int fd = -EBADF;
	const struct group *group;
	mode_t mask;
	int r;

	if (mkdir(KLPD_RUN_DIR, 0755) < 0 && errno != EEXIST)
		return errno_negative();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno_negative();
	/* for root only, until the mode is set */
	mask = umask(0177);
	r = listener_bind(fd);
	(void)umask(mask);
	if (r < 0)
		return r;
	group = getgrnam(KLPD_GROUP);
	if (group && chown(KLPD_SOCKET, (uid_t)-1, group->gr_gid) < 0)
		log_warning_errno(errno_negative(), "Cannot give '%s' to group '%s', proceeding: %m",
				  KLPD_SOCKET, KLPD_GROUP);
	return TAKE_FD(fd);
}

/*
 * The socket of the service manager, or -ENOENT if there is none. Other descriptors come from its
 * fd store and are ignored here.
 */
static int listener_inherit(void)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(false, &names), fd = -ENOENT;

	for (int i = 0; i < n; i++) {
		if (names && STREQ(names[i], LISTENER_NAME))
			fd = SD_LISTEN_FDS_START + i;
	}
	for (int i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
	if (fd < 0)
		return n < 0 ? n : fd;
	if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
		return -EINVAL;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return errno_negative();
	return fd;
}

int listener_open(struct listener *l)
{
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->fd = listener_inherit();
	if (l->fd == -ENOENT)
		l->fd = listener_make();
	return l->fd < 0 ? l->fd : 0;
}

/* 0 if the client is accepted. */
static int listener_admit(const struct listener *l, const struct peer *peer, bool root,
			  struct report *report)
{
	const struct connections *all = l->connections;

	if (root && all->n_root >= LISTENER_ROOT_MAX)
		return report_set(report, OUTCOME_TOO_MANY, "Root has too many connections, %u are open",
				  all->n_root);
	if (root)
		return 0;
	if (all->n_others >= LISTENER_OTHERS_MAX)
		return report_set(report, OUTCOME_TOO_MANY,
				  "There are too many connections, %u are open, besides those of root",
				  all->n_others);
	if (connections_count(all, peer) < LISTENER_USER_MAX)
		return 0;
	if (peer->mapped)
		return report_set(report, OUTCOME_TOO_MANY,
				  "There are too many connections from other user namespaces, %d are open",
				  LISTENER_USER_MAX);
	return report_set(report, OUTCOME_TOO_MANY, "Uid %u has too many connections, %d are open",
			  (unsigned int)peer->uid, LISTENER_USER_MAX);
}

static void listener_take(struct listener *l, int client)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_(peer_done) struct peer peer = PEER_INIT;
	_cleanup_close_ int fd = client;
	bool root;
	int r;

	r = peer_read(fd, &peer);
	if (r < 0) {
		log_debug("Cannot send an error to a client (%s), closing its connection",
			  strerrordesc_np(-r));
		return;
	}
	root = peer.uid == 0 && peer_check_root(&peer, NULL) == 0;
	r = listener_admit(l, &peer, root, &report);
	if (r == 0) {
		r = connection_add(l->connections, fd, &peer, root);
		if (r >= 0) {
			TAKE_FD(fd);
			return;
		}
		(void)report_errno(&report, r, "The connection cannot be served");
	}
	log_debug("A client of uid %u is refused: %s", (unsigned int)peer.uid, report.detail ?: "");
	refusal_send(fd, &report);
}

static int on_rest(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	struct listener *l = userdata;

	l->rest = sd_event_source_disable_unref(l->rest);
	return sd_event_source_set_enabled(l->source, SD_EVENT_ON);
}

/* Pause listening for REST_USEC, because accept would fail again at once. */
static void listener_rest(struct listener *l)
{
	if (l->rest || sd_event_add_time_relative(l->event, &l->rest, CLOCK_MONOTONIC, REST_USEC, 0,
						  on_rest, l) < 0)
		return;
	(void)sd_event_source_set_enabled(l->source, SD_EVENT_OFF);
}

/*
 * No descriptor is left: close the spare one, to accept one client and refuse it. False if even
 * that fails.
 */
static bool listener_refuse_one(struct listener *l, int error)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;
	_cleanup_close_ int fd = -EBADF;

	l->spare = safe_close(l->spare);
	fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		(void)report_set(&report, OUTCOME_TOO_MANY,
				 "Connections and files use all descriptors that klpd has");
		report.error = -error;
		refusal_send(fd, &report);
	}
	fd = safe_close(fd);
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return l->spare >= 0;
}

static int on_client(sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_,
		     void *userdata)
{
	struct listener *l = userdata;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		int client = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), r;

		if (client >= 0) {
			l->deaf = false;
			listener_take(l, client);
			continue;
		}
		r = errno_negative();
		if (r == -EAGAIN || r == -EINTR || r == -ECONNABORTED)
			break;
		if (!l->deaf)
			log_warning_errno(r, "Cannot accept a client, proceeding: %m");
		l->deaf = true;
		if ((r != -EMFILE && r != -ENFILE) || !listener_refuse_one(l, r))
			listener_rest(l);
		break;
	}
	return 0;
}

int listener_start(struct listener *l, struct connections *connections, sd_event *event)
{
	l->connections = connections;
	l->event = event;
	/* the priority of root's calls, so neither delays the other for more than a turn */
	return sd_event_add_io(event, &l->source, l->fd, EPOLLIN, on_client, l);
}

void listener_done(struct listener *l)
{
	l->source = sd_event_source_disable_unref(l->source);
	l->rest = sd_event_source_disable_unref(l->rest);
	l->fd = safe_close(l->fd);
	l->spare = safe_close(l->spare);
}
