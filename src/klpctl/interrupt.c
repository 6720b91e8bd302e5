/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change that has switched goes on when the klpctl that waits for it ends, and klpctl must print
 * this. The signals are blocked except in ppoll(2), so none is missed. klpctl then ends by the
 * signal, as its caller expects. A signal that the caller has set to be ignored stays ignored.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "klpctl/interrupt.h"

#include "klpctl/progress.h"
#include "util/errno-util.h"
#include "util/macro.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t came;
static bool watching;
static sigset_t mask_before;

static void on_signal(int number)
{
	came = number;
}

void interrupt_begin(void)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	sigset_t block;

	(void)sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (sigaction(signals[i], NULL, &old) < 0 || old.sa_handler == SIG_IGN)
			continue;
		(void)sigaction(signals[i], &action, NULL);
		(void)sigaddset(&block, signals[i]);
	}
	watching = sigprocmask(SIG_BLOCK, &block, &mask_before) == 0;
}

int interrupt_poll(struct pollfd *fds, nfds_t n, int limit)
{
	struct timespec time = { limit / 1000, (long)(limit % 1000) * 1000000 };
	int r;

	if (came)
		return -EINTR;
	r = ppoll(fds, n, &time, watching ? &mask_before : NULL);
	return r < 0 ? errno_negative() : r;
}

bool interrupt_came(void)
{
	return came != 0;
}

void interrupt_end(void)
{
	int number = came;

	for (size_t i = 0; watching && i < ARRAY_SIZE(signals); i++) {
		struct sigaction old;

		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == on_signal)
			(void)signal(signals[i], SIG_DFL);
	}
	if (number) {
		progress_end();
		fprintf(stderr, "klpctl: interrupted; if tasks already move, klpd continues the "
			"change: see 'klpctl status', or reverse it with 'klpctl reverse'; before "
			"that it is cancelled\n");
		(void)raise(number);
	}
	if (watching)
		(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
	watching = false;
}
