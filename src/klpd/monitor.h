/* SPDX-License-Identifier: GPL-2.0-only */
/* The clients of method Monitor. */
#ifndef KLPD_KLPD_MONITOR_H
#define KLPD_KLPD_MONITOR_H

#include <stdbool.h>

#include <systemd/sd-varlink.h>

#include "klpd/manager.h"

/* How many clients of root may watch, and how many of all other users. */
#define MONITOR_ROOT_MAX	64
#define MONITOR_OTHERS_MAX	64

struct monitor;

/* The monitor observes the manager until it is freed. */
int monitor_new(struct manager *m, struct monitor **ret);
struct monitor *monitor_free(struct monitor *monitor);
DEFINE_CLEANUP(struct monitor, monitor_free);
/* Send the snapshot, and every event from now on. -EBUSY if too many clients watch already. */
int monitor_add(struct monitor *monitor, sd_varlink *client, bool root);
void monitor_remove(struct monitor *monitor, sd_varlink *client);

#endif
