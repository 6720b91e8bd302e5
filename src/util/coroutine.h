/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function on a stack of its own, which can stop in the middle to wait for a file descriptor. Its
 * caller continues with other work and resumes it later. Everything runs in one thread, so nothing
 * runs concurrently; but while a coroutine is stopped, everything except its stack may change.
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

/* 0 or -ENOMEM. The first coroutine_resume() starts the function. */
int coroutine_new(void (*run)(void *userdata), void *userdata, struct coroutine **ret);
/* The coroutine must have ended, or not have started. */
struct coroutine *coroutine_free(struct coroutine *c);
/*
 * Continue until the function ends (true), or waits for *ret (false). Do not call it in a
 * coroutine.
 */
bool coroutine_resume(struct coroutine *c, struct coroutine_wish *ret);
/* From now on the function waits for nothing, so that it ends the next time it is resumed. */
void coroutine_cancel(struct coroutine *c);

/*
 * Wait for a descriptor. This stops the calling coroutine; outside a coroutine it blocks.
 *
 * Return: 0 if the descriptor is ready, or may be; -ETIMEDOUT; -ECANCELED if the coroutine was
 *   cancelled, which this and each further call then return at once.
 */
int coroutine_wait(int fd, short events, uint64_t deadline_ms);
/* Whether the calling coroutine was cancelled. */
bool coroutine_is_cancelled(void);

#endif
