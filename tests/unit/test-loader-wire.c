// SPDX-License-Identifier: GPL-2.0-only
/* kern/loader-wire: messages through a socket, whole, cut, and wrong. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kern/loader-wire.h"
#include "unit.h"

static int ends[2];

static bool connect_ends(void)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
}

static void close_ends(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void *sender(void *userdata)
{
	return wire_send(ends[0], userdata, NULL, NULL) == 0 ? userdata : NULL;
}

static int wait_ready(int socket, short events, void *userdata)
{
	struct pollfd p = { .fd = socket, .events = events };

	++*(unsigned int *)userdata;
	return poll(&p, 1, 10000) == 1 ? 0 : -ETIMEDOUT;
}

/* The sender begins when the receiver waits for the first time, so that it has to wait. */
struct late_sender {
	pthread_t thread;
	struct wire *w;
	unsigned int waits;
};

static int wait_late(int socket, short events, void *userdata)
{
	struct late_sender *l = userdata;

	if (l->waits == 0 && pthread_create(&l->thread, NULL, sender, l->w) != 0)
		return -EAGAIN;
	return wait_ready(socket, events, &l->waits);
}

/* More bytes than a socket holds, and more descriptors than one message may carry. */
static void test_large(void)
{
	static char text[300 * 1024];
	struct wire w = WIRE_INIT(LOADER_ANSWER), got;
	struct late_sender late = { .w = &w };
	unsigned int fds = 300;
	void *sent;
	char *s;

	CHECK(connect_ends());
	memset(text, 'x', sizeof(text) - 1);
	wire_put_u32(&w, 7);
	wire_put_string(&w, text);
	wire_put_string(&w, NULL);
	wire_put_string(&w, "");
	for (unsigned int i = 0; i < fds; i++)
		wire_put_fd(&w, i % 2 ? ends[0] : STDERR_FILENO);
	CHECK_INT(wire_receive(ends[1], &got, wait_late, &late), 0);
	CHECK(late.waits > 0);
	pthread_join(late.thread, &sent);
	CHECK(sent == &w);
	CHECK_INT(got.type, LOADER_ANSWER);
	CHECK_INT(wire_get_u32(&got), 7);
	s = wire_get_string(&got);
	CHECK_STR(s, text);
	free(s);
	CHECK(!wire_get_string(&got));
	s = wire_get_string(&got);
	CHECK_STR(s, "");
	free(s);
	CHECK(!wire_is_read(&got));
	for (unsigned int i = 0; i < fds; i++) {
		int fd = wire_get_fd(&got);

		CHECK(fd > STDERR_FILENO && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
		close(fd);
	}
	CHECK(wire_is_read(&got));
	CHECK_INT(wire_get_fd(&got), -EBADF);
	CHECK(!wire_is_read(&got));
	wire_done(&got);
	wire_done(&w);
	close_ends();
}

static void test_short(void)
{
	struct wire w = WIRE_INIT(LOADER_OPEN), got;
	char buffer[8];

	CHECK(connect_ends());
	wire_put_u32(&w, 1000);		/* of a string that is not there */
	CHECK_INT(wire_send(ends[0], &w, NULL, NULL), 0);
	CHECK_INT(wire_receive(ends[1], &got, NULL, NULL), 0);
	CHECK(!wire_get_string(&got));
	CHECK(got.bad);
	wire_get_bytes(&got, buffer, sizeof(buffer));
	CHECK_INT(buffer[0], 0);
	wire_done(&got);
	wire_done(&w);
	close_ends();
}

static int receive_raw(uint32_t size, uint32_t n_fds, const char *after)
{
	uint32_t header[] = { LOADER_ANSWER, size, n_fds };
	struct wire got;
	int r;

	if (!connect_ends())
		return -EIO;
	r = write(ends[0], header, sizeof(header)) == sizeof(header) &&
	    write(ends[0], after, strlen(after)) == (ssize_t)strlen(after) ? 0 : -EIO;
	close(ends[0]);
	r = r < 0 ? r : wire_receive(ends[1], &got, NULL, NULL);
	if (r == 0)
		wire_done(&got);
	close(ends[1]);
	return r;
}

static void test_wrong(void)
{
	CHECK_INT(receive_raw(3, 0, "abc"), 0);
	CHECK_INT(receive_raw(4, 0, "abc"), -ENODATA);
	CHECK_INT(receive_raw(0xffffffff, 0, "abc"), -EBADMSG);
	CHECK_INT(receive_raw(LOADER_MESSAGE_MAX + 1, 0, "abc"), -EBADMSG);
	CHECK_INT(receive_raw(0, LOADER_FDS_MAX + 1, "abc"), -EBADMSG);
	/* descriptors that were promised and do not come */
	CHECK_INT(receive_raw(0, 1, "a"), -EBADMSG);
}

/* What comes in place of an outcome or a text is not taken for one. */
static void test_result(void)
{
	static const int wrong[] = { _OUTCOME_MAX, 0x7fffffff, -5000 };
	struct report report = REPORT_INIT, told = REPORT_INIT;
	struct wire w = WIRE_INIT(LOADER_ANSWER);

	report_names(&report, NULL, "vmlinux", "f");
	(void)report_set(&report, OUTCOME_VERIFIER, "no");
	report.log = strdup("log");
	wire_put_result(&w, OUTCOME_VERIFIER, &report);
	wire_put_result(&w, 0, &told);
	CHECK_INT(wire_get_result(&w, &told), OUTCOME_VERIFIER);
	CHECK_STR(told.detail, "no");
	CHECK_STR(told.log, "log");
	CHECK_STR(told.function, "f");
	report_done(&told);
	CHECK_INT(wire_get_result(&w, &told), 0);
	CHECK(wire_is_read(&w) && told.outcome == OUTCOME_OK);
	wire_done(&w);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		w = WIRE_INIT(LOADER_ANSWER);
		wire_put_result(&w, wrong[i], &report);
		CHECK_INT(wire_get_result(&w, &told), -EBADMSG);
		CHECK(w.bad && told.outcome == OUTCOME_OK);
		wire_done(&w);
	}
	report_done(&report);
}

int main(void)
{
	RUN(test_large);
	RUN(test_short);
	RUN(test_wrong);
	RUN(test_result);
	return unit_end();
}
