// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages over a stream socket: a header, the bytes, and then one byte for each FDS_AT_ONCE
 * descriptors, which are attached to it. Integers have the machine's byte order, because both ends
 * are one program.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/loader-wire.h"
#include "util/errno-util.h"
#include "util/fd-util.h"
#include "util/macro.h"

#define FDS_AT_ONCE	64
#define NO_STRING	UINT32_MAX

struct header {
	uint32_t type, size, n_fds;
};

void wire_done(struct wire *w)
{
	for (size_t i = w->fd_at; w->reading && i < w->n_fds; i++)
		(void)safe_close(w->fds[i]);
	free(w->data);
	free(w->fds);
	*w = (struct wire){ .bad = true };
}

void wire_put_bytes(struct wire *w, const void *data, size_t size)
{
	uint8_t *more =
		size <= LOADER_MESSAGE_MAX - w->size ? realloc(w->data, w->size + size + 1) : NULL;

	if (!more) {
		w->bad = true;
		return;
	}
	w->data = more;
	memcpy(w->data + w->size, data, size);
	w->size += size;
}

void wire_put_u32(struct wire *w, uint32_t value)
{
	wire_put_bytes(w, &value, sizeof(value));
}

void wire_put_string(struct wire *w, const char *s)
{
	wire_put_u32(w, s ? (uint32_t)strlen(s) : NO_STRING);
	if (s)
		wire_put_bytes(w, s, strlen(s));
}

void wire_put_fd(struct wire *w, int fd)
{
	int *more = w->n_fds < LOADER_FDS_MAX ? reallocarray(w->fds, w->n_fds + 1, sizeof(*more)) :
						NULL;

	if (!more) {
		w->bad = true;
		return;
	}
	w->fds = more;
	w->fds[w->n_fds++] = fd;
}

void wire_put_result(struct wire *w, int result, const struct report *report)
{
	wire_put_u32(w, (uint32_t)result);
	wire_put_u32(w, (uint32_t)report->error);
	wire_put_string(w, report->object);
	wire_put_string(w, report->function);
	wire_put_string(w, report->detail);
	wire_put_string(w, report->log);
}

void wire_get_bytes(struct wire *w, void *ret, size_t size)
{
	if (size > w->size - w->at) {
		w->bad = true;
		memset(ret, 0, size);
		return;
	}
	memcpy(ret, w->data + w->at, size);
	w->at += size;
}

uint32_t wire_get_u32(struct wire *w)
{
	uint32_t value;

	wire_get_bytes(w, &value, sizeof(value));
	return value;
}

char *wire_get_string(struct wire *w)
{
	uint32_t length = wire_get_u32(w);
	char *s;

	if (w->bad || length == NO_STRING)
		return NULL;
	s = length <= w->size - w->at ? malloc((size_t)length + 1) : NULL;
	if (!s) {
		w->bad = true;
		return NULL;
	}
	wire_get_bytes(w, s, length);
	s[length] = '\0';
	return s;
}

int wire_get_fd(struct wire *w)
{
	if (w->fd_at < w->n_fds)
		return w->fds[w->fd_at++];
	w->bad = true;
	return -EBADF;
}

int wire_get_result(struct wire *w, struct report *report)
{
	struct report told = REPORT_INIT;
	int r = (int)wire_get_u32(w);
	int error = (int)wire_get_u32(w);

	told.object = wire_get_string(w);
	told.function = wire_get_string(w);
	told.detail = wire_get_string(w);
	told.log = wire_get_string(w);
	if (w->bad || r < -4095 || r >= (int)_OUTCOME_MAX || error < 0 || error > 4095) {
		w->bad = true;
		r = -EBADMSG;
	}
	if (r > 0 && report) {
		report_names(report, NULL, told.object, told.function);
		if (report->outcome == OUTCOME_OK) {
			r = report_set(report, (enum outcome)r, "%s", told.detail ?: "");
			report->error = error;
			if (told.log)
				report_log(report, told.log);
		}
		r = (int)report->outcome;
	}
	report_done(&told);
	return r;
}

bool wire_is_read(const struct wire *w)
{
	return !w->bad && w->at == w->size && w->fd_at == w->n_fds;
}

/* A socket and how to wait for it; see wire_wait. */
struct channel {
	int socket;
	wire_wait wait;
	void *userdata;
};

/* After a failed call on the socket. 0: try again. */
static int channel_again(const struct channel *c, short events)
{
	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN || !c->wait)
		return errno_negative();
	return c->wait(c->socket, events, c->userdata);
}

/* Send all bytes; `n` descriptors, at most FDS_AT_ONCE, go with the first of them. */
static int send_part(const struct channel *c, const void *data, size_t size, const int *fds,
		     size_t n)
{
	union {
		char bytes[CMSG_SPACE(FDS_AT_ONCE * sizeof(int))];
		struct cmsghdr align;
	} control = {};

	while (size > 0) {
		struct iovec io = { (void *)(uintptr_t)data, size };
		struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1 };
		ssize_t sent;

		if (n > 0) {
			message.msg_control = control.bytes;
			message.msg_controllen = CMSG_SPACE(n * sizeof(int));
			*CMSG_FIRSTHDR(&message) = (struct cmsghdr){
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(n * sizeof(int)),
			};
			memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), fds, n * sizeof(int));
		}
		sent = sendmsg(c->socket, &message, MSG_NOSIGNAL | (c->wait ? MSG_DONTWAIT : 0));
		if (sent < 0) {
			int r = channel_again(c, POLLOUT);

			if (r < 0)
				return r;
			continue;
		}
		data = (const char *)data + sent;
		size -= (size_t)sent;
		n = 0;
	}
	return 0;
}

int wire_send(int socket, const struct wire *w, wire_wait wait, void *userdata)
{
	const struct channel c = { socket, wait, userdata };
	struct header h = { w->type, (uint32_t)w->size, (uint32_t)w->n_fds };
	int r;

	if (w->bad)
		return -ENOMEM;
	r = send_part(&c, &h, sizeof(h), NULL, 0);
	if (r == 0)
		r = send_part(&c, w->data, w->size, NULL, 0);
	for (size_t i = 0; r == 0 && i < w->n_fds; i += FDS_AT_ONCE)
		r = send_part(&c, "", 1, w->fds + i, MIN(w->n_fds - i, (size_t)FDS_AT_ONCE));
	return r;
}

/* Take the descriptors of a message into w, and close those beyond `expected`. */
static int take_fds(struct msghdr *message, struct wire *w, size_t expected)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t n = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS ?
				   (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (w->n_fds < expected)
				w->fds[w->n_fds++] = fd;
			else
				(void)safe_close(fd);
		}
	}
	/* control has room for all that one message carries, so the table of descriptors is full */
	return message->msg_flags & MSG_CTRUNC ? -EMFILE : 0;
}

static int receive_part(const struct channel *c, struct wire *w, void *data, size_t size,
			size_t expected)
{
	union {
		char bytes[CMSG_SPACE(FDS_AT_ONCE * sizeof(int))];
		struct cmsghdr align;
	} control;

	while (size > 0) {
		struct iovec io = { data, size };
		struct msghdr message = {
			.msg_iov = &io,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		ssize_t n = recvmsg(c->socket, &message,
				    MSG_CMSG_CLOEXEC | (c->wait ? MSG_DONTWAIT : 0));
		int r = n > 0 ? take_fds(&message, w, expected) :
			n == 0 ? -ENODATA : channel_again(c, POLLIN);

		if (r < 0)
			return r;
		if (n > 0) {
			data = (char *)data + n;
			size -= (size_t)n;
		}
	}
	return 0;
}

int wire_receive(int socket, struct wire *ret, wire_wait wait, void *userdata)
{
	const struct channel c = { socket, wait, userdata };
	struct wire w = { .reading = true };
	struct header h = {};
	char byte;
	int r;

	r = receive_part(&c, &w, &h, sizeof(h), 0);
	if (r == 0 && (h.size > LOADER_MESSAGE_MAX || h.n_fds > LOADER_FDS_MAX))
		r = -EBADMSG;
	if (r < 0)
		return r;
	w.data = malloc((size_t)h.size + 1);
	w.fds = calloc((size_t)h.n_fds + 1, sizeof(*w.fds));
	r = w.data && w.fds ? receive_part(&c, &w, w.data, h.size, 0) : -ENOMEM;
	while (r == 0 && w.n_fds < h.n_fds) {
		size_t before = w.n_fds;

		r = receive_part(&c, &w, &byte, 1, h.n_fds);
		if (r == 0 && w.n_fds == before)
			r = -EBADMSG;
	}
	if (r < 0) {
		wire_done(&w);
		return r;
	}
	w.type = h.type;
	w.size = h.size;
	*ret = w;
	return 0;
}
