/* SPDX-License-Identifier: GPL-2.0-only */
/* A verb of klpctl: its entry in the table of command.c, and the steps that all verbs share. */
#ifndef KLPD_KLPCTL_VERB_H
#define KLPD_KLPCTL_VERB_H

#include <stdbool.h>
#include <systemd/sd-json.h>

struct verb {
	const char *name;
	const char *argument;		/* name in --help, "..." for more than one; NULL: none */
	unsigned int options;		/* OPTION_* it takes */
	/* arguments: those that were given, then NULL; returns the exit status */
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
 * Call the method and report a failure. `progress` asks for the progress line, if there is a
 * terminal.
 *
 * Return: EXIT_STATUS_OK and a reference in *ret. With --json the reply has been printed and *ret
 *   is NULL, because nothing is left to do.
 */
int verb_call(const struct verb *verb, const char *subject, const char *method,
	      sd_json_variant *parameters, bool progress, sd_json_variant **ret);
/*
 * verb_call() that also returns a reply that has been printed, for a verb with an exit status that
 * depends on it.
 */
int verb_call_keep(const struct verb *verb, const char *subject, const char *method,
		   sd_json_variant *parameters, sd_json_variant **ret);
/* Make the absolute path of a file argument. On failure report it and return an exit status. */
int verb_path(const struct verb *verb, const char *argument, char **ret);
int verb_out_of_memory(const struct verb *verb);

#endif
