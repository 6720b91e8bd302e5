// SPDX-License-Identifier: GPL-2.0-only
/*
 * The promise of per-task consistency, put to the test: many threads that sleep between two patched
 * functions, processes that are born, read once and die, and meanwhile transitions back to back,
 * some of them turned round. No task may ever be seen in both versions. Also: no transition may be
 * held up for good by a sleeper below a trampoline that does not concern it.
 *
 *	fact-consistency [TRANSITIONS [PAIRS-OF-THREADS]]
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
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

#include "fact-consistency.skel.h"
#include "klp/uapi.h"

#define WATCHED_UID 4242

static const char *const symbols[] = { "futex_wait", "futex_unqueue" };
static struct klp_uapi_func funcs[2];
static int dev;
static unsigned int reversed;

static void die(const char *what)
{
	printf("not ok consistency: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Two threads that hand a turn to and fro; each sleeps until it is its own. */
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

static void play(struct table *t, int mine)
{
	for (;;) {
		wait_turn(t, mine);
		pass_turn(t, !mine);
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

/* Birth and death: every child sleeps once for its turn, gives it back and is gone. */
static void storm_run(void)
{
	struct table *t = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		_exit(2);
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			wait_turn(t, 1);
			pass_turn(t, 0);
			_exit(0);
		}
		pass_turn(t, 1);
		wait_turn(t, 0);
	}
}

static pid_t watched(void (*run)(void), unsigned int pairs)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	/* A change of identity takes the death signal away: in this order. */
	if (setresuid(WATCHED_UID, WATCHED_UID, WATCHED_UID) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(2);
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

static void change(__u64 enter, __u64 leave, bool turn)
{
	struct klp_ioc_switch s = { .enter = enter, .leave = { leave }, .nr_leave = leave ? 1 : 0 };
	struct klp_ioc_reverse r;

	if (ioctl(dev, KLP_IOC_SWITCH, &s) < 0)
		die("switch");
	r.transition = s.transition;
	if (turn)
		(void)ioctl(dev, KLP_IOC_REVERSE, &r);
	wait_done(s.transition);
}

static bool in_force(__u64 id)
{
	static struct klp_uapi_record list[KLP_UAPI_RECORDS_MAX];
	struct klp_ioc_status s = { .records = (unsigned long)list, .nr = KLP_UAPI_RECORDS_MAX };

	if (ioctl(dev, KLP_IOC_STATUS, &s) < 0)
		die("status");
	for (unsigned int i = 0; i < s.nr; i++)
		if (list[i].id == id)
			return list[i].state == KLP_IN_FORCE;
	return false;
}

static void cycle(struct fact_consistency *skel, unsigned int n)
{
	struct klp_ioc_announce a = { .name = "pair", .funcs = (unsigned long)funcs, .nr = 2 };

	if (ioctl(dev, KLP_IOC_ANNOUNCE, &a) < 0)
		die("announce");
	/* The record before is forgotten and this one not in force: both answer "original". */
	skel->bss->id = a.id;
	change(a.id, 0, n % 5 == 1);
	if (in_force(a.id))
		change(0, a.id, n % 7 == 1);
	if (in_force(a.id))
		change(0, a.id, false);
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
	struct klp_ioc_open o = { .funcs = (unsigned long)funcs, .nr = 2 };
	struct btf *btf = btf__load_vmlinux_btf();

	dev = open(KLP_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (!btf || dev < 0) {
		printf("skip consistency: no BTF or klp.ko is not loaded\n");
		exit(77);
	}
	for (int i = 0; i < 2; i++) {
		funcs[i].btf_id = btf__find_by_name_kind(btf, symbols[i], BTF_KIND_FUNC);
		strcpy(funcs[i].object, "vmlinux");
		strcpy(funcs[i].symbol, symbols[i]);
	}
	if (ioctl(dev, KLP_IOC_HELLO, &h) < 0 || ioctl(dev, KLP_IOC_OPEN, &o) < 0)
		die("hello or open");
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20;
	unsigned int pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 8;
	struct fact_consistency *skel;
	pid_t crowd, storm;

	prepare();
	skel = fact_consistency__open_and_load();
	if (!skel)
		die("load");
	skel->bss->uid = WATCHED_UID;
	if (fact_consistency__attach(skel))
		die("attach");
	crowd = watched(NULL, pairs);
	storm = watched(storm_run, 0);
	while (skel->bss->pairs < pairs)
		sched_yield();
	for (unsigned int i = 0; i < n; i++)
		cycle(skel, i);
	printf("# %u cycles, %u reversed, %llu pairs seen, %llu of them patched, misses %llu %llu\n", n,
	       reversed, (unsigned long long)skel->bss->pairs,
	       (unsigned long long)skel->bss->patched,
	       (unsigned long long)misses(skel->progs.outer_enter),
	       (unsigned long long)misses(skel->progs.inner_enter));
	printf("%s consistency: %llu violations\n", skel->bss->violations ? "not ok" : "ok",
	       (unsigned long long)skel->bss->violations);
	printf("%s consistency: both versions were seen\n",
	       skel->bss->patched && skel->bss->patched < skel->bss->pairs ? "ok" : "not ok");
	kill(crowd, SIGKILL);
	kill(storm, SIGKILL);
	fact_consistency__destroy(skel);
	return 0;
}
