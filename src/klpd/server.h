/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The varlink side of klpd: the socket, the permission to call each method, and the format of error
 * replies.
 */
#ifndef KLPD_KLPD_SERVER_H
#define KLPD_KLPD_SERVER_H

#include <systemd/sd-varlink.h>

#include "klpd/connection.h"
#include "klpd/listener.h"
#include "klpd/manager.h"

struct monitor;

struct server {
	sd_varlink_server *varlink;
	struct listener listener;
	struct connections connections;
	struct manager *manager;
	struct monitor *monitor;
};

/* Use the socket of the service manager, or make one at KLPD_SOCKET. No call is answered yet. */
int server_new(struct server **ret);
/* Begin to answer calls. */
int server_start(struct server *s, struct manager *m);
struct server *server_free(struct server *s);
DEFINE_CLEANUP(struct server, server_free);

/* 0 if the caller is root by the rules of /dev/klp, else OUTCOME_PERMISSION. */
int server_check_root(sd_varlink *client, struct report *report);
/* Whether the connection counts against the limits of root. */
bool server_is_root(const struct server *s, const sd_varlink *client);
/* Reply with the error for `result` (an outcome or -errno). */
int server_reply_error(sd_varlink *client, int result, struct report *report);

#endif
