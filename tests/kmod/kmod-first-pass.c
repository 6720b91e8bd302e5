// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hundreds of tasks that sleep outside the patched function move in the first pass, which is made
 * before the call that starts the transition returns. A task that sleeps inside does not move.
 */
#include "change.h"

#define FACT_SLEEPERS	300

static pid_t sleepers[FACT_SLEEPERS];

static pid_t asleep(const char *where, bool inside)
{
	pid_t pid = change_fork();

	if (!pid) {
		struct timespec t = { .tv_sec = 1000000 };

		for (;;)
			if (inside)
				nanosleep(&t, NULL);
			else
				pause();
	}
	while (!change_stands_in(pid, where))
		change_breathe();
	return pid;
}

static unsigned int count(int state)
{
	unsigned int n = 0;

	for (int i = 0; i < FACT_SLEEPERS; i++)
		n += change_state(sleepers[i]) == state;
	return n;
}

/*
 * Returns false if a second pass had been made when the tasks were counted; then the caller tries
 * again.
 */
static bool one_pass(pid_t inside)
{
	__u64 n = change_switch(change_register("hrtimer_nanosleep"), 0);
	unsigned int moved = count(1);
	bool once = change_status().passes == 1;

	FACT(change_state(inside) == 0);
	if (once && moved < FACT_SLEEPERS)
		fact_fail("only %u of %u moved in the first pass", moved, FACT_SLEEPERS);
	change_reverse(n);
	FACT(change_wait(n) == 1);
	return once;
}

int main(void)
{
	bool seen = false;
	pid_t inside;

	fact_begin("first-pass");
	change_begin();
	for (int i = 0; i < FACT_SLEEPERS; i++)
		sleepers[i] = asleep("sys_pause", false);
	inside = asleep("hrtimer_nanosleep", true);
	for (int i = 0; i < 50 && !seen; i++)
		seen = one_pass(inside);
	for (int i = 0; i < FACT_SLEEPERS; i++)
		change_bury(sleepers[i]);
	change_bury(inside);
	if (!seen)
		fact_skip("a second pass always came too early to tell");
	return fact_ok();
}
