/* SPDX-License-Identifier: GPL-2.0-only */
/* A sign of life for the service manager, from inside of what takes long. */
#ifndef KLPD_UTIL_WATCHDOG_H
#define KLPD_UTIL_WATCHDOG_H

/* Cheap enough for each step: tells no more than once a second. Does nothing outside a service. */
void watchdog_alive(void);

#endif
