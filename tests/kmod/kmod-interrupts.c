// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interrupt sees the version of the task it interrupts. One task, the reader, runs inside a
 * function that is being patched or unpatched (a read from /dev/zero) and does not move; all
 * others have moved. Timers expire on its CPU and interrupt sometimes the reader, sometimes other
 * tasks.
 *
 * The reader leaves the function now and then, and then it moves. Therefore counts are valid only
 * if the reader still blocked the same transition afterwards.
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "change.h"
#include "kmod-interrupts.skel.h"

#define FACT_WANTED	20

static struct kmod_interrupts *skel;
static pid_t reader, napper;

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

/* Reads 2 GB a call, into the same pages. */
static void read_zeros(void)
{
	static struct iovec v[1024];
	size_t size = 2 << 20;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < 1024; i++)
		v[i] = (struct iovec){ p, size };
	pin();
	for (;;)
		if (p == MAP_FAILED || readv(fd, v, 1024) <= 0)
			_exit(1);
}

static void nap(void)
{
	struct timespec t = { .tv_nsec = 1000000 };

	pin();
	for (;;)
		nanosleep(&t, NULL);
}

static bool held_up(__u64 number)
{
	return change_status().number == number && change_blockers() == 1 &&
	       change_reason(reader);
}

/*
 * Observe one transition until there are enough counts. Returns true if the reader still blocks
 * it then.
 */
static bool look(__u64 number)
{
	bool valid = false;

	memset(skel->bss->hard, 0, sizeof(skel->bss->hard));
	memset(skel->bss->soft, 0, sizeof(skel->bss->soft));
	while (change_status().number == number && !held_up(number))
		change_breathe();
	skel->bss->watch = 1;
	while (change_status().number == number && !valid) {
		__u64 (*h)[2] = skel->bss->hard, (*s)[2] = skel->bss->soft;

		change_breathe();
		valid = h[1][0] + h[1][1] >= FACT_WANTED && h[0][0] + h[0][1] >= FACT_WANTED &&
			s[1][0] + s[1][1] && s[0][0] + s[0][1];
	}
	skel->bss->watch = 0;
	usleep(10000);	/* wait for interrupts that had already read `watch` */
	return valid && held_up(number);
}

static void verdict(const char *what, const char *kind, __u64 seen[2][2], int blocker, int others)
{
	printf("# %s, %s: on who stays behind %llu original, %llu patched; on others %llu, %llu\n",
	       what, kind, (unsigned long long)seen[1][0], (unsigned long long)seen[1][1],
	       (unsigned long long)seen[0][0], (unsigned long long)seen[0][1]);
	if (seen[1][!blocker] || seen[0][!others])
		fact_fail("%s: an interrupt saw another version than the task it interrupted", what);
}

/*
 * Enable or disable `id`. Interrupts of the reader must see `blocker`, those of other tasks
 * `others`.
 */
static bool try(const char *what, __u64 enter, __u64 leave, int blocker, int others)
{
	__u64 n = change_switch(enter, leave);
	bool seen = look(n);

	if (seen) {
		verdict(what, "hard", skel->bss->hard, blocker, others);
		verdict(what, "soft", skel->bss->soft, blocker, others);
	}
	FACT(change_wait(n) == 0);
	return seen;
}

int main(void)
{
	bool entered = false, left = false;
	__u64 id;

	fact_begin("interrupts");
	change_begin();
	skel = kmod_interrupts__open_and_load();
	FACT(skel && !kmod_interrupts__attach(skel));
	reader = change_fork();
	if (!reader)
		read_zeros();
	napper = change_fork();
	if (!napper)
		nap();
	skel->bss->blocker = reader;
	for (int i = 0; i < 20 && !(entered && left); i++) {
		id = change_register("read_iter_zero");
		skel->bss->id = id;
		entered |= try("entering", id, 0, 0, 1);
		left |= try("leaving", 0, id, 1, 0);
	}
	change_bury(napper);
	change_bury(reader);
	kmod_interrupts__destroy(skel);
	if (!entered || !left)
		fact_skip("the reader always left too early to tell");
	return fact_ok();
}
