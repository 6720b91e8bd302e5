/* SPDX-License-Identifier: GPL-2.0-only */
/* util/coroutine: it stops where it waits and nowhere else, goes on with all its variables, and ends
 * when it is cancelled, from however deep. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/coroutine.h"
#include "unit.h"

#define LONG_MS	600000

static int pipe_fds[2];

struct story {
	unsigned int rounds;	/* waits until one fails */
	int result;
	bool ended, cancelled;
	uint64_t wait_ms;
};

/* Deep enough that a stack of one page would not do, each level with something to let go of. */
static int descend(struct story *s, unsigned int levels)
{
	_cleanup_free_ char *owned = strdup("owned");
	volatile char pages[8192];
	int r;

	pages[0] = (char)levels;
	pages[sizeof(pages) - 1] = 1;
	if (!owned)
		return -ENOMEM;
	if (levels > 0) {
		r = descend(s, levels - 1);
		return pages[0] == (char)levels && strcmp(owned, "owned") == 0 ? r : -EIO;
	}
	for (;;) {
		char c;

		r = coroutine_wait(pipe_fds[0], POLLIN, monotonic_ms() + s->wait_ms);
		if (r < 0)
			return r;
		if (read(pipe_fds[0], &c, 1) != 1)
			return -EIO;
		s->rounds++;
		if (c == 'q')
			return 0;
	}
}

static void run(void *userdata)
{
	struct story *s = userdata;

	s->result = descend(s, 16);
	s->cancelled = coroutine_is_cancelled();
	s->ended = true;
}

static bool push(char c)
{
	return write(pipe_fds[1], &c, 1) == 1;
}

static void test_stops_and_goes_on(void)
{
	struct story s = { .wait_ms = LONG_MS };
	struct coroutine_wish wish;
	struct coroutine *c;

	CHECK_INT(coroutine_new(run, &s, &c), 0);
	CHECK(!coroutine_resume(c, &wish));
	CHECK_INT(wish.fd, pipe_fds[0]);
	CHECK_INT(wish.events, POLLIN);
	CHECK(wish.deadline_ms > monotonic_ms());
	CHECK_INT(s.rounds, 0);
	/* resumed for nothing: it stops again */
	CHECK(!coroutine_resume(c, &wish));
	CHECK_INT(s.rounds, 0);
	for (unsigned int i = 1; i <= 3; i++) {
		CHECK(push('x'));
		CHECK(!coroutine_resume(c, &wish));
		CHECK_INT(s.rounds, i);
	}
	CHECK(!coroutine_is_cancelled());
	CHECK(push('q'));
	CHECK(coroutine_resume(c, &wish));
	CHECK(s.ended && !s.cancelled);
	CHECK_INT(s.result, 0);
	coroutine_free(c);
}

static void test_what_is_ready_does_not_stop(void)
{
	struct story s = { .wait_ms = LONG_MS };
	struct coroutine_wish wish;
	struct coroutine *c;

	CHECK_INT(coroutine_new(run, &s, &c), 0);
	CHECK(push('x') && push('x') && push('q'));
	CHECK(coroutine_resume(c, &wish));
	CHECK_INT(s.rounds, 3);
	coroutine_free(c);
}

static void test_time_is_over(void)
{
	struct story s = { .wait_ms = 0 };
	struct coroutine_wish wish;
	struct coroutine *c;

	CHECK_INT(coroutine_new(run, &s, &c), 0);
	CHECK(coroutine_resume(c, &wish));
	CHECK_INT(s.result, -ETIMEDOUT);
	coroutine_free(c);
	/* late, but there */
	s = (struct story){ .wait_ms = 0 };
	CHECK_INT(coroutine_new(run, &s, &c), 0);
	CHECK(push('q'));
	CHECK(coroutine_resume(c, &wish));
	CHECK_INT(s.result, 0);
	coroutine_free(c);
}

static void test_cancelled(void)
{
	struct story s = { .wait_ms = LONG_MS };
	struct coroutine_wish wish;
	struct coroutine *c;

	CHECK_INT(coroutine_new(run, &s, &c), 0);
	CHECK(!coroutine_resume(c, &wish));
	coroutine_cancel(c);
	CHECK(!s.ended);
	/* not even for what is ready */
	CHECK(push('q'));
	CHECK(coroutine_resume(c, &wish));
	CHECK(s.ended && s.cancelled);
	CHECK_INT(s.result, -ECANCELED);
	CHECK_INT(s.rounds, 0);
	coroutine_free(c);
	CHECK_INT(descend(&s, 0), 0);
}

static void test_one_that_never_began(void)
{
	struct story s = { .wait_ms = LONG_MS };
	struct coroutine *c;

	CHECK_INT(coroutine_new(run, &s, &c), 0);
	coroutine_free(c);
	CHECK(!s.ended);
}

static void test_several(void)
{
	struct story s[2] = { { .wait_ms = LONG_MS }, { .wait_ms = LONG_MS } };
	struct coroutine *c[2];
	struct coroutine_wish wish;

	for (int i = 0; i < 2; i++) {
		CHECK_INT(coroutine_new(run, &s[i], &c[i]), 0);
		CHECK(!coroutine_resume(c[i], &wish));
	}
	CHECK(push('q'));
	CHECK(coroutine_resume(c[1], &wish));
	CHECK(s[1].ended && !s[0].ended);
	CHECK(push('q'));
	CHECK(coroutine_resume(c[0], &wish));
	coroutine_free(c[0]);
	coroutine_free(c[1]);
}

static void test_outside_of_any(void)
{
	CHECK_INT(coroutine_wait(pipe_fds[0], POLLIN, monotonic_ms()), -ETIMEDOUT);
	CHECK_INT(coroutine_wait(pipe_fds[1], POLLOUT, monotonic_ms() + LONG_MS), 0);
	CHECK(!coroutine_is_cancelled());
}

int main(void)
{
	if (pipe(pipe_fds) < 0)
		return EXIT_FAILURE;
	RUN(test_stops_and_goes_on);
	RUN(test_what_is_ready_does_not_stop);
	RUN(test_time_is_over);
	RUN(test_cancelled);
	RUN(test_one_that_never_began);
	RUN(test_several);
	RUN(test_outside_of_any);
	return unit_end();
}
