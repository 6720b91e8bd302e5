/* SPDX-License-Identifier: GPL-2.0-only */
/* The varlink side of klpd: the socket, who may call what, and the one form of an error reply. */
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

/* Socket of the service manager, or one of our own at KLPD_SOCKET. Nothing is answered yet. */
int server_new(struct server **ret);
/* From here on calls are answered. */
int server_start(struct server *s, struct manager *m);
struct server *server_free(struct server *s);
DEFINE_CLEANUP(struct server, server_free);

/* 0 if the caller is root as /dev/klp would have it, else OUTCOME_PERMISSION. */
int server_check_root(sd_varlink *link, struct report *report);
/* Its connection is one of those that are kept for root. */
bool server_is_root(const struct server *s, const sd_varlink *link);
/* Reply with the error of `result` (an outcome or -errno). */
int server_reply_error(sd_varlink *link, int result, struct report *report);

#endif
