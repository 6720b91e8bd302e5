/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs klpctl against a fake klpd. Each run is a forked child that calls command_run() with its
 * stdout and stderr in files. The sources of klpctl are included, because tests link the layers
 * only; file-local names begin with the file's name, so they do not meet.
 */
#ifndef KLPD_TESTS_RUN_KLPCTL_H
#define KLPD_TESTS_RUN_KLPCTL_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake-klpd.h"

#include "klpctl/client.c"
#include "klpctl/command.c"
#include "klpctl/failure.c"
#include "klpctl/field.c"
#include "klpctl/file.c"
#include "klpctl/format.c"
#include "klpctl/options.c"
#include "klpctl/patch-text.c"
#include "klpctl/interrupt.c"
#include "klpctl/progress.c"
#include "klpctl/verb-blockers.c"
#include "klpctl/verb-check.c"
#include "klpctl/verb-enable.c"
#include "klpctl/verb-force.c"
#include "klpctl/verb-list.c"
#include "klpctl/verb-monitor.c"
#include "klpctl/verb-reverse.c"
#include "klpctl/verb-show.c"
#include "klpctl/verb-status.c"
#include "klpctl/verb-repair.c"
#include "klpctl/verb-task.c"
#include "klpctl/verb.c"
#include "util/fd-util.h"

#define ARGS_MAX 8

static char directory[] = "/tmp/klpctl-test.XXXXXX";
static char socket_path[64];
static pid_t server;

static char *out;	/* of the last run */
static char *err;

static void server_stop(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	unlink(socket_path);
}

static bool server_start(void)
{
	server_stop();
	fflush(stdout);
	server = fork();
	if (server == 0)
		fake_serve(socket_path);
	for (int i = 0; i < 500; i++) {
		if (access(socket_path, F_OK) == 0)
			return true;
		usleep(10000);
	}
	return false;
}

static char *slurp(const char *name)
{
	char path[80];
	char *text = NULL;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (read_file_limited(path, 100000, &text, &n) < 0)
		return NULL;
	return text;
}

static int redirect(const char *name, int to)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	return fd < 0 ? fd : dup2(fd, to);
}

/* Run klpctl with these words, a terminal as stderr if `tty` is one; its exit status. */
static int run_on(int tty, const char *words)
{
	char *argv[ARGS_MAX + 2] = { (char *)"klpctl" };
	_cleanup_free_ char *copy = strdup(words);
	char *rest = copy;
	int argc = 1, status;
	pid_t pid;

	for (char *w; argc <= ARGS_MAX && (w = strsep(&rest, " ")); )
		if (*w)
			argv[argc++] = w;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		if (redirect("out", STDOUT_FILENO) < 0 ||
		    (tty >= 0 ? dup2(tty, STDERR_FILENO) : redirect("err", STDERR_FILENO)) < 0 ||
		    chdir(directory) < 0)
			_exit(99);
		status = command_run(argc, argv);
		free(copy);
		/* not _exit(): the leak checker has its say */
		exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	free(out);
	free(err);
	out = slurp("out");
	err = slurp("err");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run(const char *words)
{
	return run_on(-EBADF, words);
}

#endif
