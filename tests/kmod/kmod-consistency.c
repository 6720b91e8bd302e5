// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stress test of per-task consistency: many threads that sleep between two patched functions,
 * processes that fork, sleep once and exit, and whole processes that are killed with their
 * threads inside. Meanwhile transitions run back to back, some of them reversed once or several
 * times. No task may ever be seen in both versions. No transition may be blocked forever by a
 * sleeper below a trampoline that does not concern it.
 *
 * The result is meaningful only if both versions were seen while transitions ran, and if tasks
 * slept inside while a transition began, was reversed or ended. Therefore these are counted and
 * must occur.
 *
 *	kmod-consistency [TRANSITIONS [PAIRS-OF-THREADS [BOMBS]]]
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod-consistency.skel.h"
#include "register.h"
#include "tap.h"
#include "klp/uapi.h"

#define WATCHED_UID 4242

static const char *const symbols[] = { "futex_wait", "futex_unqueue" };
static struct klp_uapi_func funcs[2];
static int dev;
static unsigned int done, reversed, turns;
static struct kmod_consistency *skel;

static void die(const char *what)
{
	tap_result(false, "consistency: %s: %s", what, strerror(errno));
	tap_end();
	exit(1);
}

/* Two threads pass a turn back and forth; each sleeps until it has the turn. */
struct table {
	int turn;
};

static void wait_turn(struct table *t, int mine)
{
	static __thread unsigned int mark;
	int now;

	while ((now = __atomic_load_n(&t->turn, __ATOMIC_ACQUIRE)) != mine)
		syscall(SYS_futex, &t->turn, FUTEX_WAIT_BITSET, now, NULL, NULL,
			++mark ?: ++mark);
}

static void pass_turn(struct table *t, int to)
{
	__atomic_store_n(&t->turn, to, __ATOMIC_RELEASE);
	syscall(SYS_futex, &t->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * Set for hundreds of threads, which would otherwise mostly wait for a CPU: most of the time they
 * sleep elsewhere.
 */
static bool resting;

static void play(struct table *t, int mine)
{
	for (unsigned int i = mine;; i++) {
		wait_turn(t, mine);
		pass_turn(t, !mine);
		if (resting && i % 4 == 0)
			poll(NULL, 0, 20 + (uintptr_t)t / 64 % 40);
	}
}

static void *player(void *arg)
{
	play(arg, 1);
	return NULL;
}

static void *opponent(void *arg)
{
	play(arg, 0);
	return NULL;
}

static void threads_run(unsigned int pairs)
{
	for (unsigned int i = 0; i < pairs; i++) {
		struct table *t = calloc(1, sizeof(*t));
		pthread_t thread;

		if (!t || pthread_create(&thread, NULL, player, t) ||
		    pthread_create(&thread, NULL, opponent, t))
			_exit(2);
	}
	for (;;)
		pause();
}

/*
 * Die with the parent: a child that waits for a turn that never comes would keep our output open.
 */
static void die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(2);
}

/* Fork and exit: every child sleeps once until it has the turn, passes it back and exits. */
static void storm_run(void)
{
	struct table *t = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = getpid();

	if (t == MAP_FAILED)
		_exit(2);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if (!fork()) {
			die_with(parent);
			wait_turn(t, 1);
			pass_turn(t, 0);
			_exit(0);
		}
		pass_turn(t, 1);
		wait_turn(t, 0);
	}
}

#define BOMB_CHILDREN	16
#define BOMB_THREADS	12

static void *victim(void *arg)
{
	wait_turn(arg, 1);
	return NULL;
}

/*
 * Many tasks are forked at once, fall asleep inside, and exit at once: half of them because their
 * process ends, the other half when they get the turn.
 */
static void bomb_run(void)
{
	pid_t parent = getpid();

	for (;;) {
		struct table *t = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		pthread_t thread;

		if (t == MAP_FAILED)
			_exit(2);
		for (int i = 0; i < BOMB_CHILDREN; i++) {
			if (fork())
				continue;
			die_with(parent);
			for (int j = 0; i == 0 && j < BOMB_THREADS; j++)
				(void)pthread_create(&thread, NULL, victim, t);
			if (i)
				wait_turn(t, 1);
			_exit(0);
		}
		poll(NULL, 0, 10);
		__atomic_store_n(&t->turn, 1, __ATOMIC_RELEASE);
		syscall(SYS_futex, &t->turn, FUTEX_WAKE, 1000, NULL, NULL, 0);
		while (wait(NULL) > 0)
			;
		munmap(t, 4096);
	}
}

static pid_t watched(void (*run)(void), unsigned int pairs)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	/* First setresuid(), because it clears the parent death signal. */
	if (setresuid(WATCHED_UID, WATCHED_UID, WATCHED_UID) < 0)
		_exit(2);
	die_with(parent);
	if (run)
		run();
	threads_run(pairs);
	_exit(0);
}

static void wait_done(__u64 number)
{
	struct klp_uapi_event e;
	struct pollfd p = { .fd = dev, .events = POLLIN };

	do {
		if (poll(&p, 1, 120000) <= 0)
			die("a transition does not complete");
		if (read(dev, &e, sizeof(e)) != sizeof(e))
			die("read of an event");
	} while (e.type != KLP_EVENT_DONE || e.transition != number);
	reversed += e.reversed;
}

/* Odd while a transition runs, and never the same value twice. */
static void next_phase(bool runs)
{
	skel->bss->phase = (skel->bss->phase | 1) + (runs ? 2 : 1);
}

static void change(__u64 enter, __u64 leave, unsigned int reversals)
{
	struct klp_ioc_switch s = { .enter = { enter }, .nr_enter = enter ? 1 : 0,
				    .leave = { leave }, .nr_leave = leave ? 1 : 0 };
	struct klp_ioc_reverse r = { .reserved = 0 };

	next_phase(true);
	if (ioctl(dev, KLP_IOC_SWITCH, &s) < 0)
		die("switch");
	r.transition = s.transition;
	for (; reversals; reversals--, r.reversed ^= 1) {
		next_phase(true);
		if (ioctl(dev, KLP_IOC_REVERSE, &r) < 0)
			break;
		turns++;
	}
	wait_done(s.transition);
	next_phase(false);
	done++;
}

static bool in_force(__u64 id)
{
	static struct klp_uapi_patch list[KLP_RECORDS_MAX];
	struct klp_ioc_status s = { .records = (unsigned long)list, .nr = KLP_RECORDS_MAX };

	if (ioctl(dev, KLP_IOC_STATUS, &s) < 0)
		die("status");
	for (unsigned int i = 0; i < s.nr; i++)
		if (list[i].id == id)
			return list[i].state == KLP_IN_FORCE;
	return false;
}

/* Every fifth transition is reversed once, every eleventh three times. */
static unsigned int turns_of(unsigned int n)
{
	return n % 11 == 4 ? 3 : n % 5 == 1;
}

static void cycle(void)
{
	struct klp_ioc_register a = { .name = "pair", .funcs = (unsigned long)funcs, .nr = 2,
				      VMLINUX_ONLY };

	if (ioctl(dev, KLP_IOC_REGISTER, &a) < 0)
		die("register");
	/*
	 * The gate of the previous patch, which no longer exists, and that of this one, which is
	 * not in force, both answer "original".
	 */
	skel->bss->id = a.id;
	change(a.id, 0, turns_of(done));
	if (in_force(a.id))
		change(0, a.id, turns_of(done));
	if (in_force(a.id))
		change(0, a.id, 0);
}

static __u64 misses(struct bpf_program *p)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &len) ? 0 : info.recursion_misses;
}

static void prepare(void)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI };
	struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)funcs, .nr = 2 };
	struct btf *btf = btf__load_vmlinux_btf();

	dev = open(KLP_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (!btf || dev < 0) {
		tap_skip("consistency", "no BTF or klp.ko is not loaded");
		tap_end();
		exit(77);
	}
	for (int i = 0; i < 2; i++) {
		funcs[i].btf_id = btf__find_by_name_kind(btf, symbols[i], BTF_KIND_FUNC);
		strcpy(funcs[i].object, "vmlinux");
		strcpy(funcs[i].symbol, symbols[i]);
	}
	if (ioctl(dev, KLP_IOC_HELLO, &h) < 0 || ioctl(dev, KLP_IOC_ALLOW_FMOD_RET, &o) < 0)
		die("hello or allow_fmod_ret");
}

static bool verdict(bool good, const char *what)
{
	return tap_result(good, "consistency: %s", what);
}

static int report(void)
{
	unsigned long long pairs = skel->bss->pairs, patched = skel->bss->patched;
	unsigned long long *during = (unsigned long long *)skel->bss->during;
	bool good = true;

	printf("# %u transitions, %u ended reversed, %u turns; %llu pairs, %llu of them patched\n",
	       done, reversed, turns, pairs, patched);
	printf("# while one ran: %llu original, %llu patched; over a start, reversal or end: %llu\n",
	       during[0], during[1], (unsigned long long)skel->bss->across);
	printf("# misses %llu %llu, violations %llu\n",
	       (unsigned long long)misses(skel->progs.outer_enter),
	       (unsigned long long)misses(skel->progs.inner_enter),
	       (unsigned long long)skel->bss->violations);
	good &= verdict(!skel->bss->violations, "nobody was in two versions");
	good &= verdict(patched && patched < pairs, "both versions were seen");
	good &= verdict(during[0] && during[1], "both side by side while a transition ran");
	good &= verdict(skel->bss->across, "there were sleepers from before to after");
	good &= verdict(reversed, "some of them were reversed");
	tap_end();
	return good ? 0 : 1;
}

/* This process must not wait for a CPU; its children do not inherit the priority. */
static void hurry(void)
{
	struct sched_param p = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &p) < 0)
		die("sched_setscheduler");
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : 40;
	unsigned int pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 8;
	unsigned int bombs = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	int status;

	prepare();
	skel = kmod_consistency__open_and_load();
	if (!skel)
		die("load");
	skel->bss->uid = WATCHED_UID;
	skel->bss->dawdle = 100000;
	if (kmod_consistency__attach(skel))
		die("attach");
	hurry();
	resting = pairs > 8;
	watched(NULL, pairs);
	watched(storm_run, 0);
	while (bombs--)
		watched(bomb_run, 0);
	while (skel->bss->pairs < pairs)
		poll(NULL, 0, 1);
	while (done < n)
		cycle();
	status = report();
	/* All children die with this process. */
	kmod_consistency__destroy(skel);
	return status;
}
