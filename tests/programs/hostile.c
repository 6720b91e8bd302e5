// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile - a malicious client of klpd. It prints one line once it is at work and goes on until
 * it is killed, except `turns`, which ends.
 *
 *	hostile SOCKET hold N               N connections on which it was answered; "held H refused R"
 *	hostile SOCKET flood N METHOD PAR   calls on N connections as fast as they go, reads no answer
 *	hostile SOCKET half N SIZE          the beginning of a message of SIZE bytes on N connections
 *	hostile SOCKET turns N MESSAGE...   N times: sends the messages one after the other on one
 *	                                    connection, then reads and prints an answer for each
 *	hostile SOCKET deaf METHOD          one call with `more`; it reads no answer until it gets a
 *	                                    line on stdin, then reads all answers to the end
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX	1024
#define MESSAGE_MAX	65536

static const char *path;
static int fds[CONNECTIONS_MAX];

static int enter(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void enter_many(int n)
{
	for (int i = 0; i < n; i++) {
		fds[i] = enter();
		if (fds[i] >= 0)
			(void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
	}
}

static bool say(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, text, size, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		text += n;
		size -= (size_t)n;
	}
	return true;
}

/* Read one answer and print it if `print` is set. Returns false if the connection ended before. */
static bool hear(int fd, bool print)
{
	for (;;) {
		char c;

		if (recv(fd, &c, 1, 0) != 1)
			return false;
		if (print)
			putchar(c ? c : '\n');
		if (!c)
			return true;
	}
}

static _Noreturn void hold(int n)
{
	static const char call[] = "{\"method\":\"org.varlink.service.GetInfo\"}";
	int held = 0;

	for (int i = 0; i < n; i++) {
		char first;

		fds[i] = enter();
		/* An answer begins with its parameters, a refusal with its error. */
		if (fds[i] < 0 || !say(fds[i], call, sizeof(call)) ||
		    recv(fds[i], &first, 1, 0) != 1 || recv(fds[i], &first, 1, 0) != 1 ||
		    recv(fds[i], &first, 1, 0) != 1 || first != 'p')
			continue;
		if (hear(fds[i], false))
			held++;
	}
	printf("held %d refused %d\n", held, n - held);
	for (;;)
		pause();
}

/* Write the same bytes again and again to each connection; a closed connection is opened again. */
static _Noreturn void pour(int n, const char *text, size_t size, bool again)
{
	static size_t at[CONNECTIONS_MAX];

	enter_many(n);
	printf("at work\n");
	for (;;) {
		bool did = false;

		for (int i = 0; i < n; i++) {
			ssize_t sent = fds[i] < 0 ? -1 : send(fds[i], text + at[i], size - at[i],
							      MSG_NOSIGNAL);

			if (sent > 0) {
				at[i] = again ? (at[i] + (size_t)sent) % size :
						at[i] + (size_t)sent;
				did = true;
			} else if (sent < 0 && (fds[i] < 0 || errno != EAGAIN)) {
				if (fds[i] >= 0)
					close(fds[i]);
				fds[i] = enter();
				at[i] = 0;
				if (fds[i] >= 0)
					(void)fcntl(fds[i], F_SETFL, O_NONBLOCK);
			}
		}
		if (!did)
			(void)poll(NULL, 0, 1);
	}
}

static _Noreturn void flood(int n, const char *method, const char *parameters)
{
	static char text[MESSAGE_MAX];
	int size = snprintf(text, sizeof(text), "{\"method\":\"%s\",\"parameters\":%s}", method,
			    parameters);

	pour(n, text, (size_t)size + 1, true);
}

static _Noreturn void half(int n, size_t size)
{
	char *text = malloc(size);

	if (!text)
		exit(EXIT_FAILURE);
	memset(text, ' ', size);
	pour(n, text, size, false);
}

static int turns(int n, char **messages)
{
	int fd = enter();

	if (fd < 0)
		return EXIT_FAILURE;
	for (int i = 0; i < n; i++)
		for (char **m = messages; *m; m++)
			if (!say(fd, *m, strlen(*m) + 1))
				break;
	for (int i = 0; i < n; i++)
		for (char **m = messages; *m; m++)
			if (!hear(fd, true)) {
				printf("end\n");
				return EXIT_SUCCESS;
			}
	return EXIT_SUCCESS;
}

static int deaf(const char *method)
{
	char text[MESSAGE_MAX];
	int fd = enter(), size;

	size = snprintf(text, sizeof(text), "{\"method\":\"%s\",\"more\":true}", method);
	if (fd < 0 || !say(fd, text, (size_t)size + 1))
		return EXIT_FAILURE;
	printf("at work\n");
	if (!fgets(text, sizeof(text), stdin))
		return EXIT_FAILURE;
	while (hear(fd, true))
		;
	printf("end\n");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 4096, 4096 };
	int n = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;

	(void)setrlimit(RLIMIT_NOFILE, &limit);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || n > CONNECTIONS_MAX)
		return 2;
	path = argv[1];
	if (strcmp(argv[2], "hold") == 0)
		hold(n);
	if (strcmp(argv[2], "flood") == 0 && argc == 6)
		flood(n, argv[4], argv[5]);
	if (strcmp(argv[2], "half") == 0 && argc == 5)
		half(n, strtoul(argv[4], NULL, 10));
	if (strcmp(argv[2], "turns") == 0 && argc > 4)
		return turns(n, argv + 4);
	if (strcmp(argv[2], "deaf") == 0)
		return deaf(argv[3]);
	return 2;
}
