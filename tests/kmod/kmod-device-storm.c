// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stress test of /dev/klp: several processes at once register, switch, reverse, query and
 * unregister, with valid arguments and with garbage, and close the device in the middle. Nothing
 * may hang, break or be left over: the kernel log has no complaints, the generation never
 * decreases, and in the end every patch can be disabled. The seed makes a run repeatable.
 *
 *	kmod-device-storm [CALLS-PER-PROCESS [SEED]]
 */
#include <sys/mman.h>

#include "companion.h"

#define WORKERS		4
#define IDS		16

/* Shared by the workers, so that they interfere with each other. */
struct common {
	__u64 ids[IDS];
	__u64 number;
	__u64 accepted, refused;
};

static const char *const symbols[] = {
	"cmdline_proc_show", "meminfo_proc_show", "hrtimer_nanosleep", "no_such_function_here",
};

static struct klp_uapi_func funcs[4];
static struct common *common;
static void *readonly;
static __u64 seed;

static __u64 dice(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static __u64 pick_id(void)
{
	return dice() % 16 ? __atomic_load_n(&common->ids[dice() % IDS], __ATOMIC_RELAXED) : dice();
}

/* Usually a valid pointer. */
static __u64 pick_pointer(const void *good)
{
	switch (dice() % 12) {
	case 0:
		return 0;
	case 1:
		return dice();
	case 2:
		return (unsigned long)readonly;	/* valid for reading, not for writing */
	default:
		return (unsigned long)good;
	}
}

static int storm_register(int fd)
{
	struct klp_uapi_func f[4];
	struct klp_ioc_register a = { .nr = dice() % 32 ? 1 + dice() % 3 : (__u32)dice(),
				      VMLINUX_ONLY };
	int r;

	for (int i = 0; i < 4; i++)
		f[i] = funcs[dice() % (dice() % 8 ? 3 : 4)];
	/* A patch that cannot be switched, because a body is missing. */
	if (dice() % 8 == 0) {
		f[0].btf_id = 0;
		f[0].flags = KLP_FUNC_OPS;
		f[0].sympos = (__u32)(dice() % 3);
	}
	a.funcs = pick_pointer(f);
	snprintf(a.name, sizeof(a.name), "storm%llu", (unsigned long long)(dice() % 8));
	r = call(fd, KLP_IOC_REGISTER, &a);
	if (!r)
		__atomic_store_n(&common->ids[dice() % IDS], a.id, __ATOMIC_RELAXED);
	return r;
}

static int storm_switch(int fd)
{
	struct klp_ioc_switch s = {
		.enter = { pick_id(), pick_id() },
		.nr_enter = dice() % 32 ? (__u32)(dice() % 3) : (__u32)dice(),
		.nr_leave = dice() % 32 ? (__u32)(dice() % 3) : (__u32)dice(),
		.timeout_ms = dice() % 4 ? 0 : (__u32)(dice() % 50),
	};
	int r;

	for (int i = 0; i < 3; i++)
		s.leave[i] = pick_id();
	r = call(fd, KLP_IOC_SWITCH, &s);
	if (!r)
		__atomic_store_n(&common->number, s.transition, __ATOMIC_RELAXED);
	return r;
}

static int storm_look(int fd)
{
	static struct klp_uapi_blocker blockers[32];
	static struct klp_uapi_patch records[KLP_RECORDS_MAX];
	static char text[KLP_STACK_MAX];
	struct klp_ioc_status s = { .records = pick_pointer(records), .nr = KLP_RECORDS_MAX };
	struct klp_ioc_blockers b = { .blockers = pick_pointer(blockers), .nr = 32 };
	struct klp_ioc_stack stack = { .text = pick_pointer(text), .size = (__u32)(dice() % 4096) };
	struct klp_ioc_task t = { .pid = (__s32)(dice() % 300) };

	switch (dice() % 4) {
	case 0:
		return call(fd, KLP_IOC_STATUS, &s);
	case 1:
		return call(fd, KLP_IOC_BLOCKERS, &b);
	case 2:
		stack.pid = (__s32)(dice() % 300);
		stack.cpu = (__u32)(dice() % 4);
		return call(fd, KLP_IOC_STACK, &stack);
	default:
		return call(fd, KLP_IOC_TASK, &t);
	}
}

/*
 * None of these requests can make klp.ko stay loaded, fill its table of functions, or wait for a
 * grace period.
 */
static int storm_garbage(int fd)
{
	static const unsigned long requests[] = {
		KLP_IOC_HELLO, KLP_IOC_REGISTER, KLP_IOC_UNREGISTER, KLP_IOC_SWITCH, KLP_IOC_REVERSE,
		KLP_IOC_STATUS, KLP_IOC_BLOCKERS, KLP_IOC_TASK, KLP_IOC_STACK, _IO('K', 0x66),
	};
	__u64 bytes[128];

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		bytes[i] = dice() % 3 ? dice() : 0;
	return call(fd, requests[dice() % (sizeof(requests) / sizeof(requests[0]))],
		    dice() % 8 ? bytes : (void *)dice());
}

static int storm_step(int fd)
{
	struct klp_ioc_reverse r = { .reserved = 0 };
	struct klp_uapi_event e;

	switch (dice() % 8) {
	case 0:
	case 1:
		return storm_register(fd);
	case 2:
	case 3:
		return storm_switch(fd);
	case 4:
		r.transition = __atomic_load_n(&common->number, __ATOMIC_RELAXED);
		r.reversed = (__u32)(dice() % 2);
		return call(fd, KLP_IOC_REVERSE, &r);
	case 5:
		return dice() % 2 ? unregister(fd, pick_id()) : storm_garbage(fd);
	case 6:
		return read(fd, &e, sizeof(e)) < 0 ? -errno : 0;
	default:
		return storm_look(fd);
	}
}

static void storm(unsigned int calls)
{
	int fd = device();

	for (unsigned int i = 0; i < calls; i++) {
		if (storm_step(fd))
			__atomic_add_fetch(&common->refused, 1, __ATOMIC_RELAXED);
		else
			__atomic_add_fetch(&common->accepted, 1, __ATOMIC_RELAXED);
		if (dice() % 64 == 0) {
			close(fd);
			fd = device();
		}
	}
	_exit(0);
}

/* Now and then sleeps inside one of the functions, so that some transitions last. */
static void napper(void)
{
	struct timespec t = { .tv_nsec = 30000000 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		nanosleep(&t, NULL);
}

static bool settled(int fd)
{
	return !status(fd, NULL, 0).transition.number;
}

/* Disable whatever is in force. */
static void clear(int fd)
{
	static struct klp_uapi_patch records[KLP_RECORDS_MAX];
	struct timespec t = { .tv_nsec = 10000000 };
	struct klp_ioc_status s;
	__u64 n;

	for (int i = 0; i < 6000 && !settled(fd); i++)
		nanosleep(&t, NULL);
	check(settled(fd), "the last transition ends");
	s = status(fd, records, KLP_RECORDS_MAX);
	for (__u32 i = 0; i < s.nr; i++)
		if (records[i].state != KLP_IN_FORCE || change(fd, 0, records[i].id, &n) ||
		    wait_done(fd, n))
			check(false, "a record goes out");
	check(status(fd, NULL, 0).nr == 0, "nothing is left");
}

int main(int argc, char **argv)
{
	unsigned int calls = argc > 1 ? strtoul(argv[1], NULL, 0) : 4000;
	pid_t pids[WORKERS], nap;
	int fd, state, bad = 0;
	__u64 before;

	companion_begin("device-storm");
	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (__u64)time(NULL) * 2654435761u | 1;
	printf("# seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	common = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	readonly = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (common == MAP_FAILED || readonly == MAP_FAILED)
		return 1;
	for (int i = 0; i < 4; i++)
		funcs[i] = func(symbols[i]);
	fd = device();
	before = status(fd, NULL, 0).generation;
	nap = fork();
	if (!nap)
		napper();
	for (int i = 0; i < WORKERS; i++) {
		(void)dice();
		pids[i] = fork();
		if (!pids[i])
			storm(calls);
	}
	for (int i = 0; i < WORKERS; i++)
		bad += waitpid(pids[i], &state, 0) != pids[i] || state != 0;
	kill(nap, SIGKILL);
	waitpid(nap, NULL, 0);
	check(!bad, "every process came through");
	printf("# %llu calls accepted, %llu refused, generation %llu to %llu\n",
	       (unsigned long long)common->accepted, (unsigned long long)common->refused,
	       (unsigned long long)before, (unsigned long long)status(fd, NULL, 0).generation);
	check(status(fd, NULL, 0).generation > before, "some changes were made");
	clear(fd);
	return companion_end();
}
