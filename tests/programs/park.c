// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brings one of its own tasks into a situation and keeps it there, for the guest tests.
 *
 *	park [-h] KIND [ARG]...
 *
 * The first line it prints is the pid of the parked task, as soon as it exists. The last line is
 * the result of the system call in which the task was parked: "KIND: VALUE ERRNO-NAME handlers
 * N". The comment of each kind below says what VALUE is. Nothing is asserted here. With -h every
 * signal that can be caught has a handler without SA_RESTART, and N counts the handler calls: a
 * signal that must stay invisible must leave N at 0. FIFO is opened for reading and writing, so
 * that open(2) never waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "klp/uapi.h"

static volatile sig_atomic_t handled;

static void say(int pid)
{
	printf("%d\n", pid);
	fflush(stdout);
}

static int finish(const char *kind, long value)
{
	int error = value < 0 ? errno : 0;

	printf("%s: %ld %s handlers %d\n", kind, value, error ? strerrorname_np(error) : "ok",
	       (int)handled);
	return 0;
}

static int broken(const char *what)
{
	fprintf(stderr, "park: %s: %m\n", what);
	return 1;
}

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static void handle_all(void)
{
	struct sigaction a = { .sa_handler = on_signal };

	for (int sig = 1; sig < SIGRTMAX; sig++)
		if (sig != SIGCHLD && sig != SIGTERM && sig != SIGSEGV && sig != SIGBUS)
			(void)sigaction(sig, &a, NULL);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int fifo(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		exit(broken(path));
	return fd;
}

/* Sleep until a line is written to the FIFO. */
static void told(int fd)
{
	char line[64];

	while (read(fd, line, sizeof(line)) < 0 && errno == EINTR)
		;
}

/* One page of a file, mapped so that other processes can share it. */
static volatile uint32_t *page(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, 4096))
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		exit(broken(path));
	return p;
}

static void *pauses(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* threads N: N threads and the first one sleep until a signal kills them. */
static int park_threads(char **argv)
{
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	for (int i = atoi(argv[0]); i > 0; i--) {
		pthread_t t;

		if (pthread_create(&t, &small, pauses, NULL))
			return broken("pthread_create");
	}
	say(getpid());
	pauses(NULL);
	return 0;
}

/*
 * spin FILE: never enters the kernel by itself. FILE holds its progress and the number of handler
 * calls.
 */
static int park_spin(char **argv)
{
	volatile uint32_t *p = page(argv[0]);

	say(getpid());
	for (;;) {
		p[0]++;
		p[1] = handled;
	}
	return 0;
}

/* nanosleep MS: 0 if it slept that long by its own clock, 1 if it returned too early. */
static int park_nanosleep(char **argv)
{
	long long ns = atoll(argv[0]) * 1000000, start;
	struct timespec t = { ns / 1000000000, ns % 1000000000 };
	int r;

	say(getpid());
	start = now();
	r = nanosleep(&t, NULL);
	return finish("nanosleep", r ?: now() - start < ns);
}

/* poll MS FIFO: the return value of poll(), -2 if it timed out too early. MS -1: no time limit. */
static int park_poll(char **argv)
{
	struct pollfd p = { .fd = fifo(argv[1]), .events = POLLIN };
	long long start;
	int ms = atoi(argv[0]), r;

	say(getpid());
	start = now();
	r = poll(&p, 1, ms);
	if (!r && now() - start < ms * 1000000LL) {
		errno = ETIME;
		r = -2;
	}
	return finish("poll", r);
}

/* select FIFO: the return value of select() without a timeout. */
static int park_select(char **argv)
{
	int fd = fifo(argv[0]);
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	say(getpid());
	return finish("select", select(fd + 1, &set, NULL, NULL, NULL));
}

/*
 * futex MS FILE: waits until woken (0) or for MS (-1 ETIMEDOUT, -2 too early). MS -1: no time
 * limit.
 */
static int park_futex(char **argv)
{
	volatile uint32_t *p = page(argv[1]);
	long long ns = atoll(argv[0]) * 1000000, start;
	struct timespec t = { ns / 1000000000, ns % 1000000000 };
	long r;

	say(getpid());
	start = now();
	r = syscall(SYS_futex, p, FUTEX_WAIT, 0, ns < 0 ? NULL : &t, NULL, 0);
	if (r < 0 && errno == ETIMEDOUT && now() - start < ns)
		r = -2;
	return finish("futex", r);
}

/* wake FILE: the number of tasks woken that waited there. */
static int park_wake(char **argv)
{
	volatile uint32_t *p = page(argv[0]);

	return finish("wake", syscall(SYS_futex, p, FUTEX_WAKE, 1000, NULL, NULL, 0));
}

/* read FIFO: the number of bytes read. */
static int park_read(char **argv)
{
	char data[64];
	int fd = fifo(argv[0]);

	say(getpid());
	return finish("read", read(fd, data, sizeof(data)));
}

/* vfork FIFO: waits for a child that waits for FIFO; 0 when the child has exited. */
static int park_vfork(char **argv)
{
	int fd = fifo(argv[0]);
	char c;

	say(getpid());
	if (!vfork()) {
		(void)!read(fd, &c, 1);
		_exit(0);
	}
	return finish("vfork", 0);
}

/* zombie FIFO: the pid is that of a dead child that is not reaped before FIFO is written. */
static int park_zombie(char **argv)
{
	int fd = fifo(argv[0]);
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		return broken("waitid");
	say(pid);
	told(fd);
	return finish("zombie", waitpid(pid, NULL, 0) == pid);
}

/* leader: the first thread has ended, another thread sleeps on. */
static int park_leader(char **argv)
{
	pthread_t t;

	(void)argv;
	if (pthread_create(&t, NULL, pauses, NULL))
		return broken("pthread_create");
	say(getpid());
	/* Not pthread_exit(), which would load a library for unwinding. */
	syscall(SYS_exit, 0);
	return 0;
}

/* traced FIFO: the pid is that of a child that a tracer holds until FIFO is written. */
static int park_traced(char **argv)
{
	int fd = fifo(argv[0]), status;
	pid_t pid = fork();

	if (!pid)
		pauses(NULL);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0) ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		return broken("ptrace");
	say(pid);
	told(fd);
	if (ptrace(PTRACE_DETACH, pid, 0, 0))
		return broken("detach");
	printf("traced: detached\n");
	fflush(stdout);
	told(fd);
	kill(pid, SIGKILL);
	return finish("traced", waitpid(pid, NULL, 0) == pid);
}

/* zeros: fills 2 GB of memory in one call, using the same pages again and again. */
static int park_zeros(char **argv)
{
	static struct iovec v[1024];
	size_t size = 2 << 20;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/dev/zero", O_RDONLY);

	(void)argv;
	if (fd < 0 || p == MAP_FAILED)
		return broken("zeros");
	for (int i = 0; i < 1024; i++)
		v[i] = (struct iovec){ p, size };
	say(getpid());
	return finish("zeros", readv(fd, v, 1024));
}

static int klp(unsigned long request, void *arg)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI };
	int fd = open(KLP_DEVICE, O_RDWR);

	if (fd < 0 || ioctl(fd, KLP_IOC_HELLO, &h) || ioctl(fd, request, arg))
		return broken(KLP_DEVICE);
	return 0;
}

/* state PID: prints only the patch state of PID as klp.ko reports it. */
static int park_state(char **argv)
{
	struct klp_ioc_task t = { .pid = atoi(argv[0]) };

	if (klp(KLP_IOC_TASK, &t))
		return 1;
	printf("%d\n", t.state);
	return 0;
}

/* passes: prints only how many passes over all tasks the transition has made. */
static int park_passes(char **argv)
{
	struct klp_ioc_status s = {};

	(void)argv;
	if (klp(KLP_IOC_STATUS, &s))
		return 1;
	printf("%u\n", s.transition.passes);
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*fn)(char **argv);
} kinds[] = {
	{ "threads", 1, park_threads },	{ "spin", 1, park_spin },
	{ "nanosleep", 1, park_nanosleep },	{ "poll", 2, park_poll },
	{ "select", 1, park_select },	{ "futex", 2, park_futex },
	{ "wake", 1, park_wake },	{ "read", 1, park_read },
	{ "vfork", 1, park_vfork },	{ "zombie", 1, park_zombie },
	{ "leader", 0, park_leader },	{ "traced", 1, park_traced },
	{ "zeros", 0, park_zeros },	{ "state", 1, park_state },
	{ "passes", 0, park_passes },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "-h")) {
		handle_all();
		argv++;
		argc--;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(argv[1], kinds[i].name) && argc - 2 == kinds[i].args)
			return kinds[i].fn(argv + 2);
	fprintf(stderr, "park: what?\n");
	return 2;
}
