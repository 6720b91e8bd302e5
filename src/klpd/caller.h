/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the caller's names mean to klpd what they mean to the caller: paths and thread ids. */
#ifndef KLPD_KLPD_CALLER_H
#define KLPD_KLPD_CALLER_H

#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "shared/report.h"

/* A call may bring descriptors: once for each connection, before its first call. Only root's may. */
void caller_accept(sd_varlink *link);
/*
 * 0: `path` leads klpd to the file that the caller means: that of descriptor `index` of the call or,
 * if that is negative, because the caller is among the mounts of PID 1. Or klpd sees no file there,
 * which reading it will tell. OUTCOME_OTHER_FILE.
 */
int caller_check_file(sd_varlink *link, const char *path, int64_t index, struct report *report);
/* Thread ids are the same to both. */
bool caller_has_our_pids(sd_varlink *link);
int caller_check_pids(sd_varlink *link, struct report *report);

#endif
