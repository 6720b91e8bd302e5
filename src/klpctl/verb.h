/* SPDX-License-Identifier: GPL-2.0-only */
/* A verb of klpctl: what the table in command.c says of it, and what all verbs do the same way. */
#ifndef KLPD_KLPCTL_VERB_H
#define KLPD_KLPCTL_VERB_H

#include <stdbool.h>
#include <systemd/sd-json.h>

struct verb {
	const char *name;
	const char *argument;		/* as --help calls it, "..." for more than one; NULL: none */
	unsigned int options;		/* OPTION_* it takes */
	/* as many arguments as it takes, then NULL; returns the exit status */
	int (*run)(const struct verb *verb, char **arguments);
	const char *help;
};

int verb_enable(const struct verb *verb, char **arguments);
int verb_replace(const struct verb *verb, char **arguments);
int verb_disable(const struct verb *verb, char **arguments);
int verb_rollback(const struct verb *verb, char **arguments);
int verb_check(const struct verb *verb, char **arguments);
int verb_status(const struct verb *verb, char **arguments);
int verb_list(const struct verb *verb, char **arguments);
int verb_show(const struct verb *verb, char **arguments);
int verb_monitor(const struct verb *verb, char **arguments);
int verb_reverse(const struct verb *verb, char **arguments);
int verb_force(const struct verb *verb, char **arguments);
int verb_blockers(const struct verb *verb, char **arguments);
int verb_repair(const struct verb *verb, char **arguments);
int verb_task(const struct verb *verb, char **arguments);

/*
 * Call the method and tell a failure. EXIT_STATUS_OK and *ret, a reference; with --json the reply
 * has been printed then and *ret is NULL: there is nothing left to do. `progress` asks for the
 * progress line, if there is a terminal.
 */
int verb_call(const struct verb *verb, const char *subject, const char *method,
	      sd_json_variant *parameters, bool progress, sd_json_variant **ret);
/* The same, with the reply in *ret also if it has been printed: a verb whose status depends on
 * it. */
int verb_call_keep(const struct verb *verb, const char *subject, const char *method,
		   sd_json_variant *parameters, sd_json_variant **ret);
/* The absolute path of a file argument, or the failure told: an exit status. */
int verb_path(const struct verb *verb, const char *argument, char **ret);
int verb_out_of_memory(const struct verb *verb);

#endif
