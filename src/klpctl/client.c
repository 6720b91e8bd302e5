/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client side of io.klpd.Manager.
 *
 * sd-varlink is used without an event loop. At most two connections (the call, and Monitor for the
 * progress of a transition) are processed in turn until neither has anything to do; then poll(2)
 * waits for both. A call that reads must be answered in time. A change takes as long as its slowest
 * task, so klpctl sends klpd a small request now and then while it waits for the change. With
 * --no-wait or Ctrl-C klpctl ends early; klpd goes on with the change.
 *
 * If klpd disappears, sd-varlink makes a reply with a local error. So a call that was sent always
 * ends in a reply.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-varlink.h>
#include <time.h>

#include "klpctl/client.h"
#include "klpctl/interrupt.h"

#include "shared/paths.h"
#include "shared/varlink-io.klpd.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* One connection and the state of its call. */
struct call {
	sd_varlink *link;
	client_event_t event;	/* NULL if the call has exactly one reply */
	void *userdata;
	struct client_reply reply;
	int error;		/* negative if event() or an allocation failed */
	bool done;
	uint64_t began, heard;	/* ms; heard: last input, or began if there was none */
};

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

const char *client_address(void)
{
	const char *address = getenv("KLPD_SOCKET");

	return address && *address ? address : KLPD_SOCKET;
}

int client_answer_ms(void)
{
	const char *text = getenv("KLPD_ANSWER_SEC");
	unsigned long seconds;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return CLIENT_ANSWER_MS;
	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (errno || *end || seconds == 0 || seconds > CLIENT_ANSWER_SEC_MAX)
		return CLIENT_ANSWER_MS;
	return (int)seconds * 1000;
}

static int client_file = -EBADF;	/* for the next call; see client_send_file() */

void client_send_file(int fd)
{
	safe_close(client_file);
	client_file = fd;
}

/* Add the descriptor to the next message, and its index to the parameters. */
static int call_push_file(sd_varlink *link, sd_json_variant **parameters)
{
	_cleanup_close_ int fd = TAKE_FD(client_file);
	int r;

	if (fd < 0)
		return 0;
	r = sd_varlink_set_allow_fd_passing_output(link, true);
	if (r >= 0)
		r = sd_varlink_push_fd(link, fd);
	if (r < 0)
		return r;
	(void)TAKE_FD(fd);
	return sd_json_variant_set_field_unsigned(parameters, "fileDescriptor", (uint64_t)r);
}

static void call_done(struct call *c)
{
	c->link = sd_varlink_close_unref(c->link);
	client_reply_done(&c->reply);
}

static int call_on_reply(sd_varlink *link _unused_, sd_json_variant *parameters,
			 const char *error, sd_varlink_reply_flags_t flags, void *userdata)
{
	struct call *c = userdata;

	c->heard = MAX(monotonic_ms(), c->began + 1);
	if (!error && c->event) {
		c->error = c->event(parameters, c->userdata);
		c->done = c->error < 0 || !(flags & SD_VARLINK_REPLY_CONTINUES);
		return 0;
	}
	c->done = true;
	c->reply.parameters = sd_json_variant_ref(parameters);
	if (error) {
		c->reply.error = strdup(error);
		if (!c->reply.error)
			c->error = -ENOMEM;
	}
	return 0;
}

/*
 * Connect without sd-varlink, which fails at once if the queue of the socket is full. Other users
 * could fill the queue to lock a client out, so wait for a place in it.
 */
static int call_connect(sd_varlink **ret)
{
	const struct timeval limit = { .tv_sec =
					       MIN(CLIENT_CONNECT_SEC, client_answer_ms() / 1000) };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = client_address();
	_cleanup_close_ int fd = -EBADF;
	int r;

	/* an address of another kind or a name that is too long: sd-varlink reports the error */
	if (*path != '/' || strlen(path) >= sizeof(address.sun_path))
		return sd_varlink_connect_address(ret, path);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno_negative();
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : errno_negative();
	r = sd_varlink_connect_fd(ret, fd);
	if (r >= 0)
		TAKE_FD(fd);
	return r < 0 ? r : 0;
}

static int call_start(struct call *c, const char *method, sd_json_variant *given)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = sd_json_variant_ref(given);
	_cleanup_free_ char *name = NULL;
	int r;

	r = call_connect(&c->link);
	if (r < 0)
		return r;
	if (asprintf(&name, "%s.%s", VARLINK_INTERFACE, method) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	r = sd_varlink_set_relative_timeout(c->link, UINT64_MAX);
	if (r < 0)
		return r;
	sd_varlink_set_userdata(c->link, c);
	r = sd_varlink_bind_reply(c->link, call_on_reply);
	if (r < 0)
		return r;
	r = c->event ? 0 : call_push_file(c->link, &parameters);
	if (r < 0)
		return r;
	return c->event ? sd_varlink_observe(c->link, name, parameters) :
			  sd_varlink_invoke(c->link, name, parameters);
}

/*
 * Do everything possible without blocking. 1 if something was done, 0 if not, negative if the
 * connection broke.
 */
static int call_process(struct call *c)
{
	int r, did = 0;

	while (c->link && !c->done) {
		r = sd_varlink_process(c->link);
		if (r < 0)
			return r;
		if (r == 0)
			break;
		did = 1;
	}
	return did;
}

/*
 * Wait `limit` ms for input on one of the connections; `second` may be without a link. 0: nothing
 * came. -EINTR: a signal of interrupt_begin() arrived.
 */
static int call_wait(struct call *first, struct call *second, int limit)
{
	struct pollfd fds[2];
	struct call *calls[2] = { first, second };
	nfds_t n = 0;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int fd, events;

		if (!calls[i] || !calls[i]->link)
			continue;
		fd = sd_varlink_get_fd(calls[i]->link);
		if (fd < 0)
			return fd;
		events = sd_varlink_get_events(calls[i]->link);
		if (events < 0)
			return events;
		fds[n++] = (struct pollfd){ .fd = fd, .events = (short)events };
	}
	r = interrupt_poll(fds, n, limit);
	return r == -EINTR && !interrupt_came() ? 1 : r;
}

/*
 * Called if nothing was received for client_answer_ms(). 1: klpd is alive, so the call goes on; 0:
 * the call has ended with a timeout.
 */
static int call_is_late(struct call *c, bool waits)
{
	_cleanup_(client_reply_done) struct client_reply reply = { NULL, NULL };
	bool there;

	/* Monitor may be silent for any time, once its first event has arrived */
	if (c->event && c->heard != c->began)
		return 1;
	there = waits && client_call("List", NULL, NULL, NULL, &reply) >= 0 && !reply.error;
	if (there) {
		c->heard = monotonic_ms();
		return 1;
	}
	if (interrupt_came())
		return -EINTR;
	c->done = true;
	c->reply.error = strdup(SD_VARLINK_ERROR_TIMEOUT);
	return c->reply.error ? 0 : -ENOMEM;
}

/*
 * Run until `c` has ended. A watcher that ends or breaks earlier is closed. If `waits`, the answer
 * may take any time as long as klpd answers other calls.
 */
static int call_run(struct call *c, struct call *watcher, bool waits)
{
	int r, w = 0, patience = client_answer_ms();
	bool watches;

	c->began = c->heard = monotonic_ms();
	for (;;) {
		if (watcher && watcher->link) {
			w = call_process(watcher);
			if (w < 0 || watcher->done)
				watcher->link = sd_varlink_close_unref(watcher->link);
		}
		r = call_process(c);
		if (c->done)
			return c->error;
		if (r < 0)
			return r;
		if (r > 0 || w > 0) {
			w = 0;
			continue;
		}
		watches = watcher && watcher->link;
		r = call_wait(c, watcher, watches ? MIN(CLIENT_QUIET_MS, patience) : patience);
		if (r < 0)
			return r;
		if (r == 0 && watches)
			(void)watcher->event(NULL, watcher->userdata);
		if (monotonic_ms() - c->heard < (uint64_t)patience)
			continue;
		r = call_is_late(c, waits);
		if (r < 0)
			return r;
	}
}

static int call_finish(struct call *c, int r, struct client_reply *ret)
{
	if (r >= 0) {
		*ret = c->reply;
		c->reply = (struct client_reply){ NULL, NULL };
	}
	call_done(c);
	return r;
}

static int client_call_as(const char *method, sd_json_variant *parameters, client_event_t progress,
			  void *userdata, bool waits, struct client_reply *ret)
{
	struct call call = { .link = NULL };
	struct call watcher = { .event = progress, .userdata = userdata };
	int r;

	/* connect Monitor first, so that no event of the call is missed */
	if (progress && call_start(&watcher, "Monitor", NULL) < 0)
		watcher.link = sd_varlink_close_unref(watcher.link);
	r = call_start(&call, method, parameters);
	if (r >= 0)
		r = call_run(&call, &watcher, waits);
	call_done(&watcher);
	return call_finish(&call, r, ret);
}

int client_call(const char *method, sd_json_variant *parameters, client_event_t progress,
		void *userdata, struct client_reply *ret)
{
	return client_call_as(method, parameters, progress, userdata, false, ret);
}

int client_change(const char *method, sd_json_variant *parameters, client_event_t progress,
		  void *userdata, struct client_reply *ret)
{
	int r;

	interrupt_begin();
	r = client_call_as(method, parameters, progress, userdata, true, ret);
	interrupt_end();
	return r;
}

int client_observe(const char *method, client_event_t event, void *userdata,
		   struct client_reply *ret)
{
	struct call call = { .event = event, .userdata = userdata };
	int r;

	r = call_start(&call, method, NULL);
	if (r >= 0)
		r = call_run(&call, NULL, false);
	return call_finish(&call, r, ret);
}

void client_reply_done(struct client_reply *reply)
{
	reply->parameters = sd_json_variant_unref(reply->parameters);
	free(reply->error);
	reply->error = NULL;
}
