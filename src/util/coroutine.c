// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the stacks, each above a guard page, and the switches between them. Promises that a
 * coroutine stops only in coroutine_wait().
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "util/coroutine.h"
#include "util/errno-util.h"
#include "util/macro.h"

/* The usual size of a main stack; only the pages that are touched take memory. */
#define STACK_SIZE	((size_t)8 << 20)
/*
 * A descriptor that becomes ready within this time does not cost a turn of the caller's loop. The
 * time counts from the last resume, so that a series of quick answers does not keep the caller
 * waiting.
 */
#define SLICE_MS	20

#if defined(__SANITIZE_ADDRESS__)
#define TELL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_ASAN 1
#endif
#endif

#ifdef TELL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

struct coroutine {
	ucontext_t inside, outside;
	void *stack;			/* including the guard page */
	size_t size, guard;
	void (*run)(void *userdata);
	void *userdata;
	struct coroutine_wish wish;
	uint64_t resumed_ms;
	bool begun, cancelled, ended;
	/* the stack outside, for AddressSanitizer */
	const void *outside_stack;
	size_t outside_size;
};

static struct coroutine *current;

uint64_t monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* AddressSanitizer must know which stack is in use. */
static void leave_for(void **save _unused_, const void *stack _unused_, size_t size _unused_)
{
#ifdef TELL_ASAN
	__sanitizer_start_switch_fiber(save, stack, size);
#endif
}

static void arrive(void *saved _unused_, const void **ret_stack _unused_, size_t *ret_size _unused_)
{
#ifdef TELL_ASAN
	__sanitizer_finish_switch_fiber(saved, ret_stack, ret_size);
#endif
}

static void coroutine_main(void)
{
	struct coroutine *c = current;

	arrive(NULL, &c->outside_stack, &c->outside_size);
	c->run(c->userdata);
	c->ended = true;
	/* the coroutine does not come back */
	leave_for(NULL, c->outside_stack, c->outside_size);
	(void)setcontext(&c->outside);
	abort();
}

int coroutine_new(void (*run)(void *userdata), void *userdata, struct coroutine **ret)
{
	struct coroutine *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->run = run;
	c->userdata = userdata;
	c->guard = (size_t)sysconf(_SC_PAGESIZE);
	c->size = STACK_SIZE;
	c->stack = mmap(NULL, c->guard + c->size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (c->stack == MAP_FAILED) {
		r = errno_negative();
		free(c);
		return r;
	}
	if (mprotect(c->stack, c->guard, PROT_NONE) < 0 || getcontext(&c->inside) < 0) {
		r = errno_negative();
		coroutine_free(c);
		return r;
	}
	c->inside.uc_stack.ss_sp = (char *)c->stack + c->guard;
	c->inside.uc_stack.ss_size = c->size;
	c->inside.uc_link = NULL;
	makecontext(&c->inside, coroutine_main, 0);
	*ret = c;
	return 0;
}

struct coroutine *coroutine_free(struct coroutine *c)
{
	if (!c)
		return NULL;
	if (c->begun && !c->ended)
		abort();
	(void)munmap(c->stack, c->guard + c->size);
	free(c);
	return NULL;
}

bool coroutine_resume(struct coroutine *c, struct coroutine_wish *ret)
{
	void *saved = NULL;

	if (current || c->ended)
		abort();
	current = c;
	c->begun = true;
	c->resumed_ms = monotonic_ms();
	leave_for(&saved, c->inside.uc_stack.ss_sp, c->size);
	if (swapcontext(&c->outside, &c->inside) < 0)
		abort();
	arrive(saved, NULL, NULL);
	current = NULL;
	*ret = c->wish;
	return c->ended;
}

void coroutine_cancel(struct coroutine *c)
{
	c->cancelled = true;
}

bool coroutine_is_cancelled(void)
{
	return current && current->cancelled;
}

static void coroutine_stop(struct coroutine *c)
{
	void *saved = NULL;

	leave_for(&saved, c->outside_stack, c->outside_size);
	if (swapcontext(&c->inside, &c->outside) < 0)
		abort();
	arrive(saved, &c->outside_stack, &c->outside_size);
}

static int block(int fd, short events, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	uint64_t now = monotonic_ms();
	/* poll even after the deadline, because the descriptor may be ready */
	int n = poll(&p, 1, (int)(deadline_ms - MIN(now, deadline_ms)));

	return n < 0 && errno != EINTR ? errno_negative() : n == 0 ? -ETIMEDOUT : 0;
}

int coroutine_wait(int fd, short events, uint64_t deadline_ms)
{
	struct coroutine *c = current;
	int r;

	while (c && !c->cancelled) {
		r = block(fd, events, MIN(deadline_ms, c->resumed_ms + SLICE_MS));
		if (r != -ETIMEDOUT || monotonic_ms() >= deadline_ms)
			return r;
		c->wish = (struct coroutine_wish){ fd, events, deadline_ms };
		coroutine_stop(c);
	}
	return c ? -ECANCELED : block(fd, events, deadline_ms);
}
