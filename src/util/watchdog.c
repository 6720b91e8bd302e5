/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop tells the service manager that klpd lives, when it comes round. A change of many
 * functions is one turn of it, so each step of a change tells it too; a step that hangs tells
 * nothing, which is what the watchdog is for.
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
