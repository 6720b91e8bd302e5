/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The client side of io.klpd.Manager.
 *
 * sd-varlink is used without an event loop: at most two connections (the call, and Monitor for the
 * progress of a transition) are processed in turn until neither has anything to do, then poll(2)
 * waits for both. Nothing times out: a transition takes as long as the slowest task, and who does
 * not want to wait says --no-wait or presses Ctrl-C, which leaves the change running in klpd.
 *
 * When klpd goes away in the middle sd-varlink makes up a reply with a local error, so that a call
 * that was sent always ends in a reply.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>

#include "klpctl/client.h"

#include "shared/paths.h"
#include "shared/varlink-io.klpd.h"
#include "util/cleanup.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* One connection and what became of its call. */
struct call {
	sd_varlink *link;
	client_event_t event;	/* NULL: the call has exactly one reply */
	void *userdata;
	struct client_reply reply;
	int error;		/* negative if event or memory failed */
	bool done;
};

const char *client_address(void)
{
	const char *address = getenv("KLPD_SOCKET");

	return address && *address ? address : KLPD_SOCKET;
}

static int client_file = -EBADF;	/* for the next call; see client_send_file() */

void client_send_file(int fd)
{
	safe_close(client_file);
	client_file = fd;
}

/* Put it into the message that comes next, and say so in its parameters. */
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

static int call_start(struct call *c, const char *method, sd_json_variant *given)
{
	_cleanup_(sd_json_variant_unrefp) sd_json_variant *parameters = sd_json_variant_ref(given);
	_cleanup_free_ char *name = NULL;
	int r;

	r = sd_varlink_connect_address(&c->link, client_address());
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

/* Do all that can be done without waiting: 1 if something was, 0 if not, negative if it broke. */
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
 * Wait until one of the connections has something; `second` may be without a link. 0: it has one,
 * and nothing came for a while.
 */
static int call_wait(struct call *first, struct call *second)
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
	r = poll(fds, n, n > 1 ? CLIENT_QUIET_MS : -1);
	if (r < 0)
		return errno == EINTR ? 1 : errno_negative();
	return r;
}

/* Run until `c` has ended. A watcher that ends or breaks before is let go of. */
static int call_run(struct call *c, struct call *watcher)
{
	int r, w = 0;

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
		r = call_wait(c, watcher);
		if (r < 0)
			return r;
		if (r == 0)
			(void)watcher->event(NULL, watcher->userdata);
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

int client_call(const char *method, sd_json_variant *parameters, client_event_t progress,
		void *userdata, struct client_reply *ret)
{
	struct call call = { .link = NULL };
	struct call watcher = { .event = progress, .userdata = userdata };
	int r;

	/* first, so that no event of the call is missed */
	if (progress && call_start(&watcher, "Monitor", NULL) < 0)
		watcher.link = sd_varlink_close_unref(watcher.link);
	r = call_start(&call, method, parameters);
	if (r >= 0)
		r = call_run(&call, &watcher);
	call_done(&watcher);
	return call_finish(&call, r, ret);
}

int client_observe(const char *method, client_event_t event, void *userdata,
		   struct client_reply *ret)
{
	struct call call = { .event = event, .userdata = userdata };
	int r;

	r = call_start(&call, method, NULL);
	if (r >= 0)
		r = call_run(&call, NULL);
	return call_finish(&call, r, ret);
}

void client_reply_done(struct client_reply *reply)
{
	reply->parameters = sd_json_variant_unref(reply->parameters);
	free(reply->error);
	reply->error = NULL;
}
