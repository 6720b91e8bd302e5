/* SPDX-License-Identifier: GPL-2.0-only */
/* The varlink connection to klpd: one call, one answer. */
#ifndef KLPD_KLPCTL_CLIENT_H
#define KLPD_KLPCTL_CLIENT_H

#include <systemd/sd-json.h>

#define CLIENT_QUIET_MS		2000
#define CLIENT_CONNECT_SEC	30
/* For an answer, and while a change is waited for, for any sign of klpd. */
#define CLIENT_ANSWER_MS	(3 * 60 * 1000)
#define CLIENT_ANSWER_SEC_MAX	86400

struct client_reply {
	sd_json_variant *parameters;	/* owned; NULL if there were none */
	char *error;			/* varlink error name, owned; NULL: success */
};

/*
 * Each event of a call that has many: parameters, and what was given as userdata. A negative result
 * ends the call, which then returns it. Parameters are NULL when client_call() heard nothing for
 * CLIENT_QUIET_MS, and again each time that has passed.
 */
typedef int (*client_event_t)(sd_json_variant *parameters, void *userdata);

/* $KLPD_ANSWER_SEC (1 to CLIENT_ANSWER_SEC_MAX seconds), in milliseconds, or CLIENT_ANSWER_MS. */
int client_answer_ms(void);
/* Where klpd listens: $KLPD_SOCKET or KLPD_SOCKET. */
const char *client_address(void);

/*
 * Call io.klpd.Manager.METHOD and wait for the reply, client_answer_ms() at most. With `progress`,
 * what Monitor tells meanwhile on a second connection goes there; the call does without it if that
 * connection fails. Negative errno: no connection could be made. All else is a reply, a broken
 * connection and a time that is over too.
 */
int client_call(const char *method, sd_json_variant *parameters, client_event_t progress,
		void *userdata, struct client_reply *ret);
/*
 * The same for a change: the reply takes as long as its transition, if klpd answers others. A
 * signal that ends klpctl (INT, TERM, HUP) says in a line what becomes of the change.
 */
int client_change(const char *method, sd_json_variant *parameters, client_event_t progress,
		  void *userdata, struct client_reply *ret);
/* Call with `more`: event for each reply, until the call ends with an error. */
int client_observe(const char *method, client_event_t event, void *userdata,
		   struct client_reply *ret);
/* The next client_call() takes this descriptor along, as its fileDescriptor; it is closed then. */
void client_send_file(int fd);
void client_reply_done(struct client_reply *reply);

#endif
