/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports to the service manager, from inside long operations, that klpd is alive. */
#ifndef KLPD_UTIL_WATCHDOG_H
#define KLPD_UTIL_WATCHDOG_H

/* Cheap enough for each step: sends one message a second at most. A no-op outside a service. */
void watchdog_alive(void);

#endif
