/* SPDX-License-Identifier: GPL-2.0-only */
/* The varlink connection to klpd. Each call gets one answer. */
#ifndef KLPD_KLPCTL_CLIENT_H
#define KLPD_KLPCTL_CLIENT_H

#include <systemd/sd-json.h>

#define CLIENT_QUIET_MS		2000
#define CLIENT_CONNECT_SEC	30
/*
 * How long klpctl waits for an answer and, while it waits for a change, for any sign that klpd is
 * alive.
 */
#define CLIENT_ANSWER_MS	(3 * 60 * 1000)
#define CLIENT_ANSWER_SEC_MAX	86400

struct client_reply {
	sd_json_variant *parameters;	/* owned; NULL if there were none */
	char *error;			/* varlink error name, owned; NULL on success */
};

/*
 * Called for each event of a call that has many, with its parameters and the given userdata. A
 * negative result ends the call, which then returns it. parameters is NULL when client_call() has
 * received nothing for CLIENT_QUIET_MS, and again each time that this time has passed.
 */
typedef int (*client_event_t)(sd_json_variant *parameters, void *userdata);

/* $KLPD_ANSWER_SEC (1 to CLIENT_ANSWER_SEC_MAX seconds) in milliseconds, or CLIENT_ANSWER_MS. */
int client_answer_ms(void);
/* The socket of klpd: $KLPD_SOCKET, or the macro KLPD_SOCKET. */
const char *client_address(void);

/*
 * Call io.klpd.Manager.METHOD and wait for the reply, for client_answer_ms() at most. If `progress`
 * is given, it receives the events of Monitor meanwhile, over a second connection. The call goes on
 * without them if that connection fails.
 *
 * Return: negative errno if no connection could be made. Everything else is a reply in *ret,
 *   including a broken connection and a timeout.
 */
int client_call(const char *method, sd_json_variant *parameters, client_event_t progress,
		void *userdata, struct client_reply *ret);
/*
 * client_call() for a change. The reply may take as long as the transition, if klpd answers other
 * calls meanwhile. A signal that ends klpctl (INT, TERM, HUP) prints one line about what happens to
 * the change.
 */
int client_change(const char *method, sd_json_variant *parameters, client_event_t progress,
		  void *userdata, struct client_reply *ret);
/* Call with `more`: `event` gets each reply, until the call ends with an error. */
int client_observe(const char *method, client_event_t event, void *userdata,
		   struct client_reply *ret);
/*
 * Pass this descriptor with the next client_call(), as its parameter fileDescriptor. The call
 * closes it.
 */
void client_send_file(int fd);
void client_reply_done(struct client_reply *reply);

#endif
