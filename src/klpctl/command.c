/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verb table, and the way from a command line to a verb.
 *
 * --help is made from the table. An invalid command line gets one line on stderr that names the
 * error, and exit status 2. Only results go to stdout; a failure to write them is an error as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "klpctl/command.h"

#include "klpctl/failure.h"
#include "klpctl/file.h"
#include "klpctl/options.h"
#include "klpctl/verb.h"
#include "shared/exit-status.h"
#include "util/log.h"
#include "util/macro.h"
#include "util/text.h"
#include "version.h"

#define CHANGE_FILE_OPTIONS (OPTION_NO_WAIT | OPTION_IMMEDIATE | OPTION_VERIFIER_LOG | \
			     OPTION_TIMEOUT)

static const struct verb verb_table[] = {
	{ "enable", "FILE", CHANGE_FILE_OPTIONS, verb_enable,
	  "Enable the patch in FILE beside those in force" },
	{ "replace", "FILE", CHANGE_FILE_OPTIONS, verb_replace,
	  "Enable it and atomically replace the others of its set" },
	{ "disable", "NAME", OPTION_NO_WAIT | OPTION_TIMEOUT, verb_disable,
	  "Take the patch NAME out of force" },
	{ "rollback", NULL, CHANGE_FILE_OPTIONS & ~OPTION_IMMEDIATE, verb_rollback,
	  "Restore the patches from before the last change" },
	{ "check", "FILE", OPTION_IMMEDIATE | OPTION_REPLACE | OPTION_VERIFIER_LOG, verb_check,
	  "Check the patch in FILE without enabling it" },
	{ "status", NULL, 0, verb_status,
	  "Show the patches in force and all warnings" },
	{ "list", NULL, 0, verb_list,
	  "List the patches in the kernel" },
	{ "show", "FILE|NAME", 0, verb_show,
	  "Show all about one patch" },
	{ "monitor", NULL, 0, verb_monitor,
	  "Show the present state, then every change" },
	{ "reverse", NULL, 0, verb_reverse,
	  "Reverse the running transition, or cancel a change" },
	{ "force", NULL, 0, verb_force,
	  "Complete the running transition without consistency" },
	{ "repair", NULL, OPTION_DRY_RUN | OPTION_NO_WAIT | OPTION_TIMEOUT, verb_repair,
	  "Repair incomplete patches, or take them out of force" },
	{ "blockers", NULL, OPTION_STACKS | OPTION_LAST, verb_blockers,
	  "Show the tasks that the transition waits for" },
	{ "task", "PID...", 0, verb_task,
	  "Show which code a task runs during a transition" },
};

static int command_help(void)
{
	printf("klpctl [OPTIONS] VERB [ARGUMENT]\n\n"
	       "Patch the running kernel with BPF programs.\n\n"
	       "Verbs:\n");
	for (size_t i = 0; i < ARRAY_SIZE(verb_table); i++)
		printf("  %-8s %-10s  %s\n", verb_table[i].name,
		       verb_table[i].argument ? verb_table[i].argument : "", verb_table[i].help);
	printf("\nOptions:\n"
	       "  -h --help               Show this help\n"
	       "     --version            Show the version\n"
	       "     --json[=short|pretty]\n"
	       "                          Print the reply of klpd as JSON\n"
	       "     --no-wait            Do not wait until all tasks have moved\n"
	       "     --timeout=SECONDS    Reverse a transition that takes longer, default 60;\n"
	       "                          0: wait as long as it takes\n"
	       "     --stacks=N           Show the stacks of the first N blockers, default 8\n"
	       "     --last               Show the blockers of the last reversed transition\n"
	       "     --immediate          Let all tasks change at one instant\n"
	       "     --replace            Check for 'replace' instead of 'enable'\n"
	       "     --dry-run            Only show what a repair would do\n"
	       "     --verifier-log       If the verifier rejects the patch, print its whole log\n"
	       "\n"
	       "The name of a FILE contains '/' or ends in .klp.o. See klpctl(1).\n");
	return EXIT_STATUS_OK;
}

static const struct verb *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verb_table); i++)
		if (STREQ(name, verb_table[i].name))
			return &verb_table[i];
	return NULL;
}

static bool command_takes_many(const struct verb *verb)
{
	return verb->argument && strstr(verb->argument, "...");
}

static int command_verb(int argc, char **argv)
{
	const struct verb *verb;
	unsigned int extra;
	int wanted;

	if (argc < 1) {
		log_error("no verb given; see klpctl --help");
		return EXIT_STATUS_USAGE;
	}
	verb = command_find(argv[0]);
	if (!verb) {
		log_error("unknown verb '%s'; see klpctl --help", argv[0]);
		return EXIT_STATUS_USAGE;
	}
	wanted = verb->argument ? 2 : 1;
	for (int i = 1; i < argc; i++) {
		/* a file may have any name; verb_path() checks it */
		if (*argv[i] && (text_is_utf8(argv[i]) || file_is_path(argv[i])))
			continue;
		log_error(*argv[i] ? "%s: '%s' is not UTF-8 text, so it is no name" :
				     "%s: an argument is empty", verb->name, argv[i]);
		return EXIT_STATUS_USAGE;
	}
	if (argc < wanted) {
		log_error("%s needs a %s", verb->name, verb->argument ? verb->argument : "verb");
		return EXIT_STATUS_USAGE;
	}
	if (argc > wanted && !command_takes_many(verb)) {
		log_error("%s: one argument too many, '%s'", verb->name, argv[wanted]);
		return EXIT_STATUS_USAGE;
	}
	extra = options.verb_options & ~verb->options;
	if (extra) {
		log_error("%s takes no option '%s'", verb->name, options_name(extra));
		return EXIT_STATUS_USAGE;
	}
	return verb->run(verb, argv + 1);
}

int command_run(int argc, char **argv)
{
	int r;

	log_set_name("klpctl");
	r = options_parse(argc, argv);
	if (r < 0)
		return EXIT_STATUS_USAGE;
	if (options.help) {
		r = command_help();
	} else if (options.version) {
		printf("klpctl %s\n", KLPD_VERSION);
		r = EXIT_STATUS_OK;
	} else {
		r = command_verb(argc - r, argv + r);
	}
	if ((fflush(stdout) != 0 || ferror(stdout)) && r == EXIT_STATUS_OK) {
		log_error("standard output cannot be written");
		return EXIT_STATUS_SYSTEM;
	}
	return r;
}
