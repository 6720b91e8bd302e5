/* SPDX-License-Identifier: GPL-2.0-only */
/* One client's connection: when it is read, answered and closed. */
#ifndef KLPD_KLPD_CONNECTION_H
#define KLPD_KLPD_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include "kern/peer.h"

/* The longest message of a client that is not root. */
#define CONNECTION_MESSAGE_MAX	(64 * 1024)
/* How long a message may take that has begun, and an answer that does not fit the socket. */
#define CONNECTION_HALF_USEC	(10 * 1000000ULL)
#define CONNECTION_UNREAD_USEC	(30 * 1000000ULL)
/* So many clients that are not root may have answers that klpd has to keep; the others wait. */
#define CONNECTIONS_UNREAD_MAX	16

struct connections;

struct connection {
	struct connections *all;
	struct connection *next;
	sd_varlink *link;		/* NULL: closed */
	sd_event_source *source;
	struct peer peer;
	bool root;			/* as /dev/klp would have it, when it came */
	bool serving;			/* on the call stack: not to be freed */
	bool waits;			/* until others have read their answers */
	unsigned int steps; /* that sd-varlink can take with what it has, without reading */
	unsigned int blind;		/* steps of which that was not known */
	bool reads;			/* the step is a reading */
	size_t rest;			/* of an unfinished message, in sd-varlink's hands */
	uint64_t half_since;		/* a message has begun and is not complete; 0: none */
	uint64_t unread_since;		/* an answer waits for room in the socket; 0: none */
};

/* All of them. They are served by their own sources of the loop, root's before the others'. */
struct connections {
	sd_event *event;
	sd_varlink_server *varlink;
	sd_event_source *flush, *clock;
	struct connection *first;
	unsigned int n_root, n_others, n_unread;
};

int connections_start(struct connections *all, sd_varlink_server *varlink, sd_event *event);
/* Closes every one. */
void connections_done(struct connections *all);
/* Takes fd and *peer over if it succeeds. */
int connection_add(struct connections *all, int fd, struct peer *peer, bool root);
/* Of how many the user pays for: those of its uid, or of all that are in other user namespaces. */
unsigned int connections_count(const struct connections *all, const struct peer *peer);
/* NULL: it is none of them. */
struct connection *connection_find(const struct connections *all, const sd_varlink *link);
/* sd-varlink has let go of the link: to be called from its disconnect callback. */
void connection_gone(struct connections *all, const sd_varlink *link);
/* Write what can be written without waiting. True: something is left. The link may be closed by it. */
bool connection_flush(sd_varlink *link);

#endif
