/* SPDX-License-Identifier: GPL-2.0-only */
/* The listening socket, and which clients are accepted on it. */
#ifndef KLPD_KLPD_LISTENER_H
#define KLPD_KLPD_LISTENER_H

#include "klpd/connection.h"

/* Limits for open connections: of root, of all other users together, and of one other user. */
#define LISTENER_ROOT_MAX	256
#define LISTENER_OTHERS_MAX	192
#define LISTENER_USER_MAX	48

struct listener {
	struct connections *connections;
	sd_event *event;
	sd_event_source *source, *rest;
	int fd;
	bool deaf;	/* a failed accept was logged */
	int spare;	/* closed to accept and refuse a client when no descriptor is left */
};

#define LISTENER_INIT ((struct listener){ .fd = -EBADF, .spare = -EBADF })

/* Use the socket of the service manager, or make one at KLPD_SOCKET. */
int listener_open(struct listener *l);
int listener_start(struct listener *l, struct connections *connections, sd_event *event);
void listener_done(struct listener *l);

#endif
