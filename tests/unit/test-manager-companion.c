// SPDX-License-Identifier: GPL-2.0-only
/*
 * klpd/manager-companion: what is read together costs one look, what comes while klpd rests costs
 * one more, and no event of a transition waits or is lost. The device is a pipe of this file's.
 */
#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

#include "klpd/manager-companion.c"
#include "kern/companion-io.h"
#include "util/errno-util.h"

static int device[2] = { -EBADF, -EBADF };
static struct manager m;
static struct registry registry;
static unsigned int looks, follows;
static char taken[32];		/* the numbers of the transitions of which an event came */
static uint64_t look_usec;

int companion_io_open(void) { return device[0]; }
int companion_io_call(int fd _unused_, unsigned long request _unused_, void *arg _unused_) { return 0; }
int companion_io_read(int fd, void *buffer, size_t size)
{
	ssize_t n = read(fd, buffer, size);

	return n < 0 ? errno_negative() : (size_t)n == size ? 0 : -EIO;
}

void manager_observe(struct manager *manager _unused_, enum manager_event event)
{
	uint64_t end = companion_now() + look_usec;

	looks += event == MANAGER_OBJECT;
	while (companion_now() < end)
		;
}

void manager_take_event(struct manager *manager _unused_, const struct klp_uapi_event *event)
{
	size_t n = strlen(taken);

	if (n + 2 < sizeof(taken))
		(void)snprintf(taken + n, sizeof(taken) - n, "%c%c",
			       event->type == KLP_EVENT_DONE ? 'D' : 'P', '0' + (char)event->transition);
}

void manager_follow(struct manager *manager _unused_) { follows++; }

static void put(uint32_t type, uint64_t transition)
{
	struct klp_uapi_event event = { .type = type, .transition = transition };

	if (write(device[1], &event, sizeof(event)) != sizeof(event))
		abort();
}

static void begin(uint64_t usec)
{
	struct report report = REPORT_INIT;

	if (pipe2(device, O_NONBLOCK | O_CLOEXEC) < 0 || sd_event_new(&m.event) < 0)
		abort();
	memset(&registry, 0, sizeof(registry));
	m.registry = &registry;
	looks = follows = 0;
	*taken = '\0';
	look_usec = usec;
	CHECK_INT(companion_open(&registry.companion, &report), 0);
	CHECK_INT(manager_listen(&m), 0);
}

static void end(void)
{
	manager_companion_done(&m);
	companion_close(registry.companion);
	close(device[1]);
	m.event = sd_event_unref(m.event);
}

static void test_together(void)
{
	begin(0);
	put(KLP_EVENT_OBJECT, 0);
	put(KLP_EVENT_PROGRESS, 1);
	for (int i = 0; i < 40; i++)
		put(KLP_EVENT_OBJECT, 0);
	put(KLP_EVENT_DONE, 1);
	put(KLP_EVENT_DONE, 2);
	put(KLP_EVENT_OBJECT, 0);
	CHECK(sd_event_run(m.event, 0) > 0);
	CHECK_STR(taken, "P1D1D2");
	CHECK_INT(looks, 1);
	CHECK_INT(follows, 1);
	end();
}

static void test_rest(void)
{
	begin(100000);
	for (int i = 1; i < 8; i++) {
		put(KLP_EVENT_OBJECT, 0);
		put(KLP_EVENT_DONE, (uint64_t)i);
		CHECK(sd_event_run(m.event, 0) > 0);
	}
	CHECK_STR(taken, "D1D2D3D4D5D6D7");
	CHECK_INT(looks, 1);
	/* one look for all that came meanwhile, and then none */
	while (looks < 2 || m.companion->rest)
		CHECK(sd_event_run(m.event, UINT64_MAX) >= 0);
	CHECK_INT(looks, 2);
	put(KLP_EVENT_OBJECT, 0);
	CHECK(sd_event_run(m.event, 0) > 0);
	CHECK_INT(looks, 3);
	end();
}

/* More than is read at once: the rest is read in the next iteration. */
static void test_many(void)
{
	begin(0);
	for (int i = 0; i < EVENTS_AT_ONCE; i++)
		put(KLP_EVENT_OBJECT, 0);
	put(KLP_EVENT_DONE, 1);
	CHECK(sd_event_run(m.event, 0) > 0);
	CHECK_STR(taken, "");
	while (!*taken)
		CHECK(sd_event_run(m.event, UINT64_MAX) >= 0);
	CHECK_STR(taken, "D1");
	CHECK_INT(looks, 1);
	end();
}

int main(void)
{
	RUN(test_together);
	RUN(test_rest);
	RUN(test_many);
	return unit_end();
}
