/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop notifies the watchdog of the service manager in each turn. A change of many
 * functions takes a single turn, so each step of a change notifies it too. A step that hangs does
 * not, and the watchdog then acts.
 */
#include <time.h>

#include <systemd/sd-daemon.h>

#include "util/watchdog.h"

void watchdog_alive(void)
{
	static time_t told;
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) < 0 || now.tv_sec == told)
		return;
	told = now.tv_sec;
	(void)sd_notify(0, "WATCHDOG=1");
}
