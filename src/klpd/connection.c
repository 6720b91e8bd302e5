/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the connections of clients. It drives sd-varlink over each connection itself, because the
 * event source of sd-varlink would read the next call while the last answer still waits. Promises:
 *
 * 1. A client is read again only after it has taken its answer. So it has one call in flight, and
 *    klpd keeps one answer for it.
 * 2. An incomplete message of a client that is not root stays in the socket, in memory charged to
 *    the client. It is refused if it is too long.
 * 3. Calls of root come before those of others.
 *
 * Sources are edge-triggered, so a client that has to wait costs nothing. When the client reads, it
 * makes room in the socket, which causes an edge. A connection that can go on is armed again, and
 * the kernel then reports an edge at once.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "klpd/caller.h"
#include "klpd/connection.h"
#include "klpd/refusal.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/macro.h"

#define CLOCK_USEC	1000000ULL
/* Read, parse, call and write: one call in each turn of the loop. */
#define STEPS_MAX	4
/* The kernel counts a buffer with its overhead, and reports 1 while it frees a buffer. */
#define UNREAD_MIN	64
/*
 * A message that arrives by chance between the look and the read does not do so this often in a
 * row.
 */
#define BLIND_MAX	16

#define PRIORITY_ROOT	SD_EVENT_PRIORITY_NORMAL
#define PRIORITY_OTHERS	(SD_EVENT_PRIORITY_NORMAL + 10)

static uint64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void connection_arm(struct connection *c)
{
	int r = sd_event_source_set_io_events(c->source, EPOLLIN | EPOLLOUT | EPOLLET);

	if (r < 0)
		log_warning_errno(r, "Cannot wait for a client, proceeding: %m");
}

static int on_clock(sd_event_source *source, uint64_t usec, void *userdata);

static void connections_need_clock(struct connections *all)
{
	int r;

	if (!all->clock)
		r = sd_event_add_time_relative(all->event, &all->clock, CLOCK_MONOTONIC, CLOCK_USEC,
					       0, on_clock, all);
	else if (sd_event_source_get_enabled(all->clock, NULL) > 0)
		return;
	else if ((r = sd_event_source_set_time_relative(all->clock, CLOCK_USEC)) >= 0)
		r = sd_event_source_set_enabled(all->clock, SD_EVENT_ONESHOT);
	if (r < 0)
		log_warning_errno(r, "Cannot close clients that are slow, proceeding: %m");
}

static void connection_set_half(struct connection *c, bool half)
{
	if (!half)
		c->half_since = 0;
	else if (!c->half_since)
		c->half_since = monotonic_usec();
	if (half)
		connections_need_clock(c->all);
}

/* Let the clients go on that had to wait for this one to read. */
static void connections_wake(struct connections *all)
{
	for (struct connection *c = all->first; c; c = c->next) {
		if (!c->waits)
			continue;
		c->waits = false;
		connection_arm(c);
	}
}

static void connection_set_unread(struct connection *c, bool unread)
{
	struct connections *all = c->all;

	if (unread == (c->unread_since != 0))
		return;
	c->unread_since = unread ? monotonic_usec() : 0;
	if (unread)
		connections_need_clock(all);
	if (c->root)
		return;
	all->n_unread += unread ? 1 : -1U;
	if (!unread)
		connections_wake(all);
}

static short poll_now(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

bool connection_flush(sd_varlink *client)
{
	int events;

	while ((events = sd_varlink_get_events(client)) >= 0 && (events & EPOLLOUT)) {
		if (!(poll_now(sd_varlink_get_fd(client)) & (POLLOUT | POLLHUP | POLLERR)))
			return true;
		if (sd_varlink_process(client) <= 0)
			break;
	}
	return events >= 0 && (events & EPOLLOUT);
}

static bool connection_has_unread(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCOUTQ, &n) == 0 && n >= UNREAD_MIN;
}

/* Send the refusal and close, because nothing more can be read from this client. */
static void connection_refuse_long(struct connection *c)
{
	_cleanup_(report_done) struct report report = REPORT_INIT;

	(void)report_set(&report, OUTCOME_TOO_LONG, "A message of uid %u has more than %d bytes",
			 (unsigned int)c->peer.uid, CONNECTION_MESSAGE_MAX);
	log_debug("%s, closing its connection", report.detail ?: "A message is too long");
	refusal_send(sd_varlink_get_fd(c->client), &report);
	(void)sd_varlink_close(c->client);
}

static size_t bytes_waiting(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCINQ, &n) == 0 && n > 0 ? (size_t)n : 0;
}

static size_t count_ends(const char *text, size_t size)
{
	const char *end = text + size;
	size_t n = 0;

	while ((text = memchr(text, '\0', (size_t)(end - text)))) {
		n++;
		if (++text == end)
			break;
	}
	return n;
}

/* sd-varlink may hold a message that arrived between the look at the socket and its read. */
static bool connection_may_go_blind(struct connection *c)
{
	c->steps = 2;
	/* and that message may be the end of the one that seemed incomplete */
	c->rest = 0;
	connection_set_half(c, false);
	if (++c->blind <= BLIND_MAX)
		return true;
	(void)sd_varlink_close(c->client);
	return false;
}

/* The socket holds only the beginning of a message. True if sd-varlink may read it. */
static bool connection_may_read_half(struct connection *c, int fd, size_t n)
{
	connection_set_half(c, true);
	if (c->root)
		return true;
	if (c->rest + n > CONNECTION_MESSAGE_MAX) {
		connection_refuse_long(c);
		return false;
	}
	/* recv(MSG_PEEK) stops at a message with a file descriptor; more may follow it */
	if (bytes_waiting(fd) <= n)
		return false;
	c->rest += n;
	c->reads = true;
	return true;
}

/*
 * Look at the contents of the socket, to decide whether sd-varlink may read. sd-varlink does not
 * read while it holds a complete message. It would read on for an incomplete one, so it must not be
 * called then.
 */
static bool connection_may_read(struct connection *c, int fd, bool wants)
{
	static char buffer[CONNECTION_MESSAGE_MAX + 1];
	ssize_t n = recv(fd, buffer, sizeof(buffer), MSG_PEEK | MSG_DONTWAIT);
	const char *end;

	/* sd-varlink has to handle the end of the stream, or an error */
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return true;
	if (n < 0)
		return !wants && connection_may_go_blind(c);
	end = memrchr(buffer, '\0', (size_t)n);
	if (!end)
		return connection_may_read_half(c, fd, (size_t)n);
	if (!c->root && c->rest + strlen(buffer) > CONNECTION_MESSAGE_MAX) {
		connection_refuse_long(c);
		return false;
	}
	c->reads = true;
	/* one step to read, two (parse, call) for each message */
	c->steps = (unsigned int)(1 + 2 * count_ends(buffer, (size_t)n));
	c->blind = 0;
	c->rest = (size_t)(buffer + n - end - 1);
	connection_set_half(c, c->rest > 0);
	return true;
}

/* Whether sd-varlink has something to do that the behaviour of this client does not forbid. */
static bool connection_may_step(struct connection *c, int fd, int events)
{
	short now = poll_now(fd);

	/*
	 * Unread messages in the socket want answers that the client cannot get any more. Calls of
	 * root may have effects as well, so they are still served.
	 */
	if ((now & POLLHUP) && !c->root) {
		(void)sd_varlink_close(c->client);
		return false;
	}
	if (events & EPOLLOUT)
		return now & (POLLOUT | POLLHUP | POLLERR);
	if (now & POLLHUP)
		return true;
	if (connection_has_unread(fd))
		return false;
	c->waits = !c->root && c->all->n_unread >= CONNECTIONS_UNREAD_MAX;
	if (c->waits)
		return false;
	return c->steps > 0 || !sd_varlink_is_idle(c->client) ||
	       connection_may_read(c, fd, events & EPOLLIN);
}

/* True if something was done. The connection may be closed afterwards. */
static bool connection_step(struct connection *c)
{
	int fd, r, events = sd_varlink_get_events(c->client);

	if (events < 0)
		return false;
	fd = sd_varlink_get_fd(c->client);
	c->reads = false;
	if (!connection_may_step(c, fd, events))
		return false;
	/* lets sd-varlink notice that a client hung up during its call */
	(void)sd_varlink_wait(c->client, 0);
	r = sd_varlink_process(c->client);
	if (r > 0 && !(events & EPOLLOUT) && c->steps > 0)
		c->steps--;
	/* what sd-varlink had no room for has stayed in the socket */
	if (c->reads && c->client)
		c->rest -= MIN(c->rest, bytes_waiting(fd));
	if (r < 0 && c->client)
		(void)sd_varlink_close(c->client);
	return r != 0;
}

static void connection_free(struct connection *c)
{
	peer_done(&c->peer);
	free(c);
}

static void connection_serve(struct connection *c)
{
	sd_varlink *client = sd_varlink_ref(c->client);
	int events, steps = 0;

	c->serving = true;
	while (c->client && steps < STEPS_MAX && connection_step(c))
		steps++;
	c->serving = false;
	events = c->client ? sd_varlink_get_events(client) : -ENOTCONN;
	if (!c->client) {
		connection_free(c);
	} else if (events < 0) {
		(void)sd_varlink_close(client);
	} else {
		connection_set_unread(c, events & EPOLLOUT);
		if (steps > 0)
			connection_arm(c);
	}
	sd_varlink_unref(client);
}

static int on_io(sd_event_source *source _unused_, int fd _unused_, uint32_t revents _unused_,
		 void *userdata)
{
	connection_serve(userdata);
	return 0;
}

/* After each event, write the answers to earlier calls and the messages of Monitor. */
static int on_event(sd_event_source *source _unused_, void *userdata)
{
	struct connections *all = userdata;

	/* writing closes no connection; its own source finds a broken one in the next turn */
	for (struct connection *c = all->first; c; c = c->next) {
		if (c->unread_since || !(sd_varlink_get_events(c->client) & EPOLLOUT))
			continue;
		connection_set_unread(c, connection_flush(c->client));
		connection_arm(c);
	}
	return 0;
}

/* Close the connection if it is too slow. True if it was closed. */
static bool connection_close_slow(struct connection *c, uint64_t now)
{
	bool half = c->half_since && now - c->half_since >= CONNECTION_HALF_USEC;
	bool unread = c->unread_since && now - c->unread_since >= CONNECTION_UNREAD_USEC;

	if (!half && !unread)
		return false;
	log_debug("A client of uid %u %s in time, closing its connection", (unsigned int)c->peer.uid,
		  half ? "has not finished its message" : "has not read its answer");
	(void)sd_varlink_close(c->client);
	return true;
}

static int on_clock(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
	struct connections *all = userdata;
	uint64_t now = monotonic_usec();
	struct connection *c, *next;
	unsigned int n = 0;
	uid_t uid = 0;

	for (c = all->first; c; c = next) {
		uid_t its = c->peer.uid;

		next = c->next;
		if (!connection_close_slow(c, now))
			continue;
		uid = its;
		n++;
	}
	/* in one line, because a client can open many connections a second */
	if (n > 0)
		log_notice("%u connections are closed, the last of uid %u: a message was not finished, or "
			   "an answer not read, in time", n, (unsigned int)uid);
	for (c = all->first; c && !c->half_since && !c->unread_since;)
		c = c->next;
	if (c)
		connections_need_clock(all);
	return 0;
}

int connections_start(struct connections *all, sd_varlink_server *varlink, sd_event *event)
{
	int r;

	all->varlink = varlink;
	all->event = sd_event_ref(event);
	r = sd_event_add_post(event, &all->flush, on_event, all);
	if (r < 0)
		return r;
	return sd_event_source_set_priority(all->flush, SD_EVENT_PRIORITY_IMPORTANT);
}

void connections_done(struct connections *all)
{
	while (all->first) {
		sd_varlink *client = sd_varlink_ref(all->first->client);

		/* the last answers, as far as the socket has room for them */
		(void)connection_flush(client);
		(void)sd_varlink_close(client);
		sd_varlink_unref(client);
	}
	all->flush = sd_event_source_disable_unref(all->flush);
	all->clock = sd_event_source_disable_unref(all->clock);
	all->event = sd_event_unref(all->event);
}

static int connection_watch(struct connection *c, int fd)
{
	int r = sd_event_add_io(c->all->event, &c->source, fd, EPOLLIN | EPOLLOUT | EPOLLET, on_io,
				c);

	if (r < 0)
		return r;
	return sd_event_source_set_priority(c->source, c->root ? PRIORITY_ROOT : PRIORITY_OTHERS);
}

int connection_add(struct connections *all, int fd, struct peer *peer, bool root)
{
	struct connection *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->all = all;
	c->root = root;
	r = connection_watch(c, fd);
	if (r >= 0)
		r = sd_varlink_server_add_connection(all->varlink, fd, &c->client);
	if (r < 0) {
		sd_event_source_disable_unref(c->source);
		free(c);
		return r;
	}
	caller_accept(c->client);
	c->peer = *peer;
	*peer = PEER_INIT;
	c->next = all->first;
	all->first = c;
	*(root ? &all->n_root : &all->n_others) += 1;
	return 0;
}

unsigned int connections_count(const struct connections *all, const struct peer *peer)
{
	unsigned int n = 0;

	for (const struct connection *c = all->first; c; c = c->next)
		if (!c->root && c->peer.mapped == peer->mapped &&
		    (peer->mapped || c->peer.uid == peer->uid))
			n++;
	return n;
}

struct connection *connection_find(const struct connections *all, const sd_varlink *client)
{
	struct connection *c = all->first;

	while (c && c->client != client)
		c = c->next;
	return c;
}

void connection_gone(struct connections *all, const sd_varlink *client)
{
	struct connection **p = &all->first, *c;

	while (*p && (*p)->client != client)
		p = &(*p)->next;
	c = *p;
	if (!c)
		return;
	*p = c->next;
	*(c->root ? &all->n_root : &all->n_others) -= 1;
	connection_set_unread(c, false);
	/* before sd-varlink closes the descriptor that the source watches */
	c->source = sd_event_source_disable_unref(c->source);
	c->client = NULL;
	if (!c->serving)
		connection_free(c);
}
