/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports a failure: sentences on stderr and, with --json, an object on stdout. */
#ifndef KLPD_KLPCTL_FAILURE_H
#define KLPD_KLPCTL_FAILURE_H

#include <stdio.h>

#include "klpctl/client.h"
#include "shared/outcome.h"

/* All return an enum exit_status. subject, as in `VERB 'SUBJECT': ...`, may be NULL. */

/* Report a reply that is an error of klpd or of varlink, or one that sd-varlink made. */
int failure_reply(const char *verb, const char *subject, const struct client_reply *reply);
/* Report that no connection could be made; error is that of client_call() or client_observe(). */
int failure_connect(const char *verb, const char *subject, int error);
/* Report a failure that klpctl itself found, in the form of an error of klpd. */
int failure_local(const char *verb, const char *subject, enum outcome outcome, int error,
		  const char *detail);

/* Print one of several problems as a block. problem has the fields of an error, and its name. */
void failure_print_problem(sd_json_variant *problem, size_t number, FILE *f);

#endif
