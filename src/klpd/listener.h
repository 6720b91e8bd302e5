/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket that clients come to, and who of them is let in. */
#ifndef KLPD_KLPD_LISTENER_H
#define KLPD_KLPD_LISTENER_H

#include "klpd/connection.h"

/* How many connections there may be at a time: of root, of all others, of one of the others. */
#define LISTENER_ROOT_MAX	256
#define LISTENER_OTHERS_MAX	192
#define LISTENER_USER_MAX	48

struct listener {
	struct connections *connections;
	sd_event *event;
	sd_event_source *source, *rest;
	int fd;
	bool deaf;	/* told in the log */
	int spare;	/* given up to tell a client that there is no descriptor for it */
};

#define LISTENER_INIT ((struct listener){ .fd = -EBADF, .spare = -EBADF })

/* The socket of the service manager, or one of our own at KLPD_SOCKET. */
int listener_open(struct listener *l);
int listener_start(struct listener *l, struct connections *connections, sd_event *event);
void listener_done(struct listener *l);

#endif
