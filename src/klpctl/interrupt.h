/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals that end klpctl while a change that it has asked for goes on. */
#ifndef KLPD_KLPCTL_INTERRUPT_H
#define KLPD_KLPCTL_INTERRUPT_H

#include <poll.h>
#include <stdbool.h>

/* From here to interrupt_end() INT, TERM and HUP wait, but for interrupt_poll(). */
void interrupt_begin(void);
/* As poll(2), with -errno; -EINTR also if such a signal has come. */
int interrupt_poll(struct pollfd *fds, nfds_t n, int limit);
bool interrupt_came(void);
/* If one has come: say what goes on, and end by it. */
void interrupt_end(void);

#endif
