// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP connections over loopback that request a congestion control by name, for the guest tests.
 *
 *	cc once NAME	a new connection: data both ways, prints "WINDOW" and exits
 *	cc hold NAME	a new connection, and data both ways on it without end: "ROUNDS WINDOW" in
 *			one line that is overwritten again and again
 *
 * WINDOW is the congestion window of getsockopt(TCP_INFO) in segments, "A/B" if the two ends
 * differ. Each round sends a block of changing bytes one way, compares what arrives, and sends it
 * back. Any difference ends the program with status 1 and the reason. Both ends and the listener
 * request NAME.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK 16384

static void broken(const char *what)
{
	printf("cc: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int tcp(const char *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		broken("socket");
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0)
		broken(name);
	return fd;
}

static void connection(const char *name, int ends[2])
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int listener = tcp(name);

	if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0)
		broken("listen");
	ends[0] = tcp(name);
	if (connect(ends[0], (struct sockaddr *)&address, size) < 0)
		broken("connect");
	ends[1] = accept(listener, NULL, NULL);
	if (ends[1] < 0)
		broken("accept");
	close(listener);
}

/*
 * Send only as much at a time as the window permits, so that the sender does not wait for the
 * reader.
 */
static void pass(int from, int to, unsigned int round)
{
	static unsigned char block[BLOCK], got[BLOCK];
	size_t sent = 0, received = 0;

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = (unsigned char)(i * 7 + round);
	while (received < BLOCK) {
		ssize_t n = send(from, block + sent, BLOCK - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			broken("send");
		sent += n > 0 ? (size_t)n : 0;
		n = recv(to, got + received, BLOCK - received, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			broken("recv");
		received += n > 0 ? (size_t)n : 0;
		if (n < 0 && poll(&(struct pollfd){ .fd = to, .events = POLLIN }, 1, 20000) != 1)
			broken("nothing arrives");
	}
	errno = 0;
	if (memcmp(block, got, BLOCK) != 0)
		broken("other bytes than were sent");
}

static unsigned int window(int fd)
{
	struct tcp_info info = { .tcpi_snd_cwnd = 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		broken("TCP_INFO");
	return info.tcpi_snd_cwnd;
}

static void describe(const int ends[2], char text[32])
{
	unsigned int a = window(ends[0]), b = window(ends[1]);

	if (a == b)
		(void)snprintf(text, 32, "%u", a);
	else
		(void)snprintf(text, 32, "%u/%u", a, b);
}

static void both_ways(const int ends[2], unsigned int round)
{
	pass(ends[0], ends[1], round);
	pass(ends[1], ends[0], round + 1);
}

int main(int argc, char **argv)
{
	char line[64], text[32];
	int ends[2];

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc != 3 || (strcmp(argv[1], "once") != 0 && strcmp(argv[1], "hold") != 0)) {
		fputs("usage: cc once|hold NAME\n", stderr);
		return 2;
	}
	connection(argv[2], ends);
	if (strcmp(argv[1], "once") == 0) {
		for (unsigned int round = 0; round < 4; round++)
			both_ways(ends, round);
		describe(ends, text);
		puts(text);
		return 0;
	}
	for (unsigned int round = 1; ; round++) {
		both_ways(ends, round);
		describe(ends, text);
		/* Fixed length, so that a reader sees either this line or the next one. */
		(void)snprintf(line, sizeof(line), "%-12u %-8s\n", round, text);
		if (pwrite(STDOUT_FILENO, line, strlen(line), 0) < 0)
			return 1;
		(void)poll(NULL, 0, 20);
	}
}
