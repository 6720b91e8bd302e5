/* SPDX-License-Identifier: GPL-2.0-only */
/* How a failure is told: sentences on stderr, with --json also an object on stdout. */
#ifndef KLPD_KLPCTL_FAILURE_H
#define KLPD_KLPCTL_FAILURE_H

#include <stdio.h>

#include "klpctl/client.h"
#include "shared/outcome.h"

/* All return the exit status, an enum exit_status. subject may be NULL: `VERB 'SUBJECT': ...` */

/* A reply that is an error, klpd's own, of varlink, or one that sd-varlink made up. */
int failure_reply(const char *verb, const char *subject, const struct client_reply *reply);
/* No connection: negative errno of client_call() or client_observe(). */
int failure_connect(const char *verb, const char *subject, int error);
/* What klpctl found out by itself; told as if klpd had. */
int failure_local(const char *verb, const char *subject, enum outcome outcome, int error,
		  const char *detail);

/* One of many, as a block on f: an object with the fields of an error and its name. */
void failure_print_problem(sd_json_variant *problem, size_t number, FILE *f);

#endif
