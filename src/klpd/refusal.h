/* SPDX-License-Identifier: GPL-2.0-only */
/* Sends an error to a client that sd-varlink does not serve, or no longer. */
#ifndef KLPD_KLPD_REFUSAL_H
#define KLPD_KLPD_REFUSAL_H

#include "shared/report.h"

/*
 * Write the error into the socket, as the answer to the call that the client has made or is about
 * to make. Never blocks; if the socket has no room the client gets no error.
 */
void refusal_send(int fd, const struct report *report);

#endif
