// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps an io_uring worker asleep, for the guest tests, without liburing.
 *
 *	uring open FIFO		a worker (iou-wrk) opens FIFO for reading and sleeps there until
 *				another process opens it for writing
 *	uring poll		the submission queue thread (iou-sqp), with nothing to do
 *
 * Prints the thread id of the worker, then sleeps. "open" ends when its request is done and
 * prints "open: RESULT", which is a file descriptor or -errno.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct io_uring_params params;
static struct io_uring_sqe *sqes;
static uint32_t *sq_tail, *sq_array, *cq_head;
static struct io_uring_cqe *cqes;

static int broken(const char *what)
{
	fprintf(stderr, "uring: %s: %m\n", what);
	exit(1);
}

static void *map(int fd, size_t size, off_t offset)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);

	if (p == MAP_FAILED)
		broken("mmap");
	return p;
}

static int ring(uint32_t flags)
{
	int fd;
	char *p;

	params.flags = flags;
	params.sq_thread_idle = 1;
	fd = syscall(SYS_io_uring_setup, 4, &params);
	if (fd < 0)
		broken("io_uring_setup");
	p = map(fd, 4096, IORING_OFF_SQ_RING);
	sq_tail = (void *)(p + params.sq_off.tail);
	sq_array = (void *)(p + params.sq_off.array);
	cq_head = (void *)(p + params.cq_off.head);
	cqes = (void *)(p + params.cq_off.cqes);
	sqes = map(fd, params.sq_entries * sizeof(*sqes), IORING_OFF_SQES);
	return fd;
}

/* The id of the process's thread whose name begins with `name`; waits until it exists. */
static int thread(const char *name)
{
	for (;; usleep(1000)) {
		DIR *d = opendir("/proc/self/task");
		struct dirent *e;

		while (d && (e = readdir(d))) {
			char path[300], comm[32] = "";
			FILE *f;

			snprintf(path, sizeof(path), "/proc/self/task/%s/comm", e->d_name);
			f = fopen(path, "re");
			if (f && fgets(comm, sizeof(comm), f) && !strncmp(comm, name, strlen(name))) {
				fclose(f);
				closedir(d);
				return atoi(e->d_name);
			}
			if (f)
				fclose(f);
		}
		if (d)
			closedir(d);
	}
}

static int open_by_worker(const char *path)
{
	int fd = ring(0);

	sqes[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .flags = IOSQE_ASYNC, .fd = AT_FDCWD,
		.addr = (uintptr_t)path, .open_flags = O_RDONLY,
	};
	sq_array[0] = 0;
	__atomic_store_n(sq_tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
		broken("io_uring_enter");
	printf("%d\n", thread("iou-wrk"));
	fflush(stdout);
	while (syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		if (errno != EINTR)
			broken("io_uring_enter");
	printf("open: %d\n", cqes[*cq_head & (params.cq_entries - 1)].res);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "open"))
		return open_by_worker(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "poll")) {
		ring(IORING_SETUP_SQPOLL);
		printf("%d\n", thread("iou-sqp"));
		fflush(stdout);
		for (;;)
			pause();
	}
	fprintf(stderr, "uring: what?\n");
	return 2;
}
