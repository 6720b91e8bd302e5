/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks that a path or a thread id means the same to klpd as to the caller. */
#ifndef KLPD_KLPD_CALLER_H
#define KLPD_KLPD_CALLER_H

#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "shared/report.h"

/*
 * Let the calls of this connection carry file descriptors, if the client is root. Call it once for
 * each connection, before its first call.
 */
void caller_accept(sd_varlink *client);
/*
 * Check that `path` leads klpd to the file that the caller means. `index` is the index of a
 * descriptor of that file in the call. If it is negative, the caller must have the mounts of PID 1.
 *
 * Return: 0, also if klpd sees no file at `path`, because reading it reports that; or
 *   OUTCOME_OTHER_FILE.
 */
int caller_check_file(sd_varlink *client, const char *path, int64_t index, struct report *report);
/* Whether thread ids are the same for klpd and for the caller. */
bool caller_has_our_pids(sd_varlink *client);
int caller_check_pids(sd_varlink *client, struct report *report);

#endif
