/* SPDX-License-Identifier: GPL-2.0-only */
/* One client's connection: when it is read, answered and closed. */
#ifndef KLPD_KLPD_CONNECTION_H
#define KLPD_KLPD_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include "kern/peer.h"

/* The longest message that klpd accepts from a client that is not root, in bytes. */
#define CONNECTION_MESSAGE_MAX	(64 * 1024)
/*
 * How long a client may take to complete a message, and to read an answer that does not fit the
 * socket.
 */
#define CONNECTION_HALF_USEC	(10 * 1000000ULL)
#define CONNECTION_UNREAD_USEC	(30 * 1000000ULL)
/* How many clients that are not root may have unread answers in klpd; the others have to wait. */
#define CONNECTIONS_UNREAD_MAX	16

struct connections;

struct connection {
	struct connections *all;
	struct connection *next;
	sd_varlink *client;		/* NULL if closed */
	sd_event_source *source;
	struct peer peer;
	bool root;			/* by the rules of /dev/klp, when it connected */
	bool serving;			/* on the call stack, so it must not be freed */
	bool waits;			/* until other clients have read their answers */
	unsigned int steps; /* that sd-varlink can take without reading the socket */
	unsigned int blind;		/* steps for which that number was not known */
	bool reads;			/* this step reads the socket */
	size_t rest;			/* bytes of an unfinished message that sd-varlink holds */
	uint64_t half_since;		/* when an incomplete message was first seen; 0: none */
	/* since when an answer waits for room in the socket; 0: none */
	uint64_t unread_since;
};

/*
 * All connections. Each has its own source in the event loop; root's sources come before the
 * others.
 */
struct connections {
	sd_event *event;
	sd_varlink_server *varlink;
	sd_event_source *flush, *clock;
	struct connection *first;
	unsigned int n_root, n_others, n_unread;
};

int connections_start(struct connections *all, sd_varlink_server *varlink, sd_event *event);
/* Close all connections. */
void connections_done(struct connections *all);
/* On success fd and *peer belong to the connection. */
int connection_add(struct connections *all, int fd, struct peer *peer, bool root);
/*
 * Connections charged to the user of *peer: those of its uid, or those of all clients in other user
 * namespaces.
 */
unsigned int connections_count(const struct connections *all, const struct peer *peer);
/* NULL if the client has no connection. */
struct connection *connection_find(const struct connections *all, const sd_varlink *client);
/* Forget a connection that sd-varlink has closed. Call it from the disconnect callback. */
void connection_gone(struct connections *all, const sd_varlink *client);
/* Write as much as possible without blocking. True if something is left. May close the connection. */
bool connection_flush(sd_varlink *client);

#endif
