/* SPDX-License-Identifier: GPL-2.0-only */
/* Who watches: clients of method Monitor. */
#ifndef KLPD_KLPD_MONITOR_H
#define KLPD_KLPD_MONITOR_H

#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "klpd/manager.h"

/* Clients of root that may watch, and of all others. */
#define MONITOR_ROOT_MAX	64
#define MONITOR_OTHERS_MAX	64

struct monitor;

/* Observes the manager until it is freed. */
int monitor_new(struct manager *m, struct monitor **ret);
struct monitor *monitor_free(struct monitor *monitor);
DEFINE_CLEANUP(struct monitor, monitor_free);
/* Sends the snapshot and every event from now on. -EBUSY: too many already. */
int monitor_add(struct monitor *monitor, sd_varlink *link, bool root);
void monitor_remove(struct monitor *monitor, sd_varlink *link);

#endif
