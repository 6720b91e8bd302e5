/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One function on a stack of its own, which can stop in the middle to wait for a file descriptor, so
 * that its caller goes on with other things and resumes it later. All in one thread: nothing runs at
 * the same time, and while it is stopped all but its stack may change.
 */
#ifndef KLPD_UTIL_COROUTINE_H
#define KLPD_UTIL_COROUTINE_H

#include <stdbool.h>
#include <stdint.h>

struct coroutine;

struct coroutine_wish {
	int fd;
	short events;		/* of poll(2) */
	uint64_t deadline_ms;	/* CLOCK_MONOTONIC */
};

uint64_t monotonic_ms(void);

/* -ENOMEM. It begins when it is resumed for the first time. */
int coroutine_new(void (*run)(void *userdata), void *userdata, struct coroutine **ret);
/* It must have ended, or not have begun. */
struct coroutine *coroutine_free(struct coroutine *c);
/* Goes on until it ends, which is true, or waits for *ret. Not from within a coroutine. */
bool coroutine_resume(struct coroutine *c, struct coroutine_wish *ret);
/* From now on it waits for nothing, so that the next time it is resumed it ends. */
void coroutine_cancel(struct coroutine *c);

/*
 * Wait: stops the coroutine in which it is called; outside of any it blocks. 0: ready, or it may be;
 * -ETIMEDOUT; -ECANCELED: the coroutine was cancelled, and this and each further call says so at once.
 */
int coroutine_wait(int fd, short events, uint64_t deadline_ms);
/* The coroutine in which it is called was cancelled. */
bool coroutine_is_cancelled(void);

#endif
