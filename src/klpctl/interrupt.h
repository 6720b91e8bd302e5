/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles signals that end klpctl while klpd goes on with the change. */
#ifndef KLPD_KLPCTL_INTERRUPT_H
#define KLPD_KLPCTL_INTERRUPT_H

#include <poll.h>
#include <stdbool.h>

/* Until interrupt_end(), INT, TERM and HUP are delivered only in interrupt_poll(). */
void interrupt_begin(void);
/* poll(2) that returns -errno. Also returns -EINTR if such a signal has arrived already. */
int interrupt_poll(struct pollfd *fds, nfds_t n, int limit);
bool interrupt_came(void);
/* If a signal has arrived, print what klpd goes on with, and end klpctl by that signal. */
void interrupt_end(void);

#endif
