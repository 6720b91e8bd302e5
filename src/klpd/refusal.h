/* SPDX-License-Identifier: GPL-2.0-only */
/* An error for a client that is not, or no longer, served by sd-varlink. */
#ifndef KLPD_KLPD_REFUSAL_H
#define KLPD_KLPD_REFUSAL_H

#include "shared/report.h"

/*
 * Write it into the socket as the answer to the call that the client has made or is about to make.
 * Never waits; a client that has no room for it learns nothing.
 */
void refusal_send(int fd, const struct report *report);

#endif
