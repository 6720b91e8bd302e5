// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guard bodies through /dev/klp and libbpf, without klpd. They attach to an registered patch, do
 * nothing until it is switched, return any value, miss no call, also beside a foreign program that
 * skips the function, leave nothing on a sleeper's stack, and are gone afterwards. Every invalid way to attach one is refused.
 */
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "companion.h"
#include "kmod-guard.skel.h"

#define CALLS 20000
#define CROWD 2500

static struct kmod_guard *skel;
static struct bpf_link *links[2];

static struct klp_uapi_func ops_func(const char *symbol)
{
	struct klp_uapi_func f = { .object = "vmlinux", .flags = KLP_FUNC_OPS };

	snprintf(f.symbol, sizeof(f.symbol), "%s", symbol);
	return f;
}

static __u64 register_guard(int fd)
{
	struct klp_uapi_func f[2] = { ops_func("cmdline_proc_show"), ops_func("hrtimer_nanosleep") };
	struct klp_ioc_register a = { .name = "guard", .funcs = (unsigned long)f, .nr = 2, VMLINUX_ONLY };

	return call(fd, KLP_IOC_REGISTER, &a) ? 0 : a.id;
}

/* Returns the result of attaching: 0 or -errno. */
static int attach(int i)
{
	links[i] = bpf_map__attach_struct_ops(i ? skel->maps.nap : skel->maps.cmdline);
	return links[i] ? 0 : -errno;
}

/* Attach with a second link while links[0] holds the first. */
static int attach_again(void)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(skel->maps.cmdline);
	int r = link ? 0 : -errno;

	bpf_link__destroy(link);
	return r;
}

static void detach(int i)
{
	bpf_link__destroy(links[i]);
	links[i] = NULL;
}

static long nap(void)
{
	struct timespec t = { .tv_nsec = 1 };

	return syscall(SYS_nanosleep, &t, NULL);
}

static bool cmdline_is_guarded(void)
{
	char text[64] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	return n > 0 && !strcmp(text, "guarded\n");
}

/* True if ftrace lists a hook on the function. */
static bool hooked(const char *symbol)
{
	char line[512];
	FILE *f = fopen("/sys/kernel/tracing/enabled_functions", "re");
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found |= !strncmp(line, symbol, strlen(symbol)) && line[strlen(symbol)] == ' ';
	if (f)
		fclose(f);
	return found;
}

/* The result of attaching in a process other than the one that registered the patch. */
static int attach_elsewhere(void)
{
	pid_t pid = fork();
	int state = 0;

	if (!pid)
		_exit(-attach(0));
	waitpid(pid, &state, 0);
	return WIFEXITED(state) ? -WEXITSTATUS(state) : -ECHILD;
}

static void test_refused(void)
{
	struct klp_uapi_func f = ops_func("cmdline_proc_show");
	struct klp_ioc_register a = { .name = "x", .funcs = (unsigned long)&f, .nr = 1, VMLINUX_ONLY };
	int fd = device();
	__u64 id;

	check(attach(0) == -ENOENT, "no body without a record");
	f.btf_id = 1;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "a BTF id where none is needed");
	f = ops_func("cmdline_proc_show");
	f.flags = ~0U;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "unknown flags");
	f = ops_func("cmdline_proc_show");
	f.sympos = 2;
	check(call(fd, KLP_IOC_REGISTER, &a) == -ENOENT, "no second of this name");
	f.sympos = ~0U;
	check(call(fd, KLP_IOC_REGISTER, &a) == -ENOENT, "nor a last one");
	f.sympos = 1;
	check(!call(fd, KLP_IOC_REGISTER, &a) && !unregister(fd, a.id), "the first");
	id = register_guard(fd);
	check(id, "register");
	check(attach_elsewhere() == -ENOENT, "a body that another process hands over");
	check(change(fd, id, 0, NULL) == -ENODATA, "no switch without bodies");
	check(!attach(0) && change(fd, id, 0, NULL) == -ENODATA, "nor with one of two");
	check(attach_again() == -EEXIST, "the same body twice");
	check(!unregister(fd, id) && register_guard(fd) && attach_again() == -EEXIST,
	      "the same body in a second record, while the first link is there");
	check(!hooked("cmdline_proc_show"), "nothing is hooked so far");
	close(fd);
	fd = device();
	check(status(fd, NULL, 0).nr == 0, "the record dies with its file, body or not");
	detach(0);
	close(fd);
}

static void test_values(void)
{
	static const __u64 values[] = { 0, 1, 0x7fffffff, 1ULL << 32, 0x123456789abcULL };
	bool good = true;

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		skel->bss->nap_result = values[i];
		good = good && (__u64)nap() == values[i];
	}
	check(good, "any value is returned as it is");
	skel->bss->nap_result = (__u64)-EXDEV;
	check(nap() == -1 && errno == EXDEV, "errors too");
}

static bool missed;

static void *caller(void *arg)
{
	(void)arg;
	for (int i = 0; i < CALLS; i++)
		if (nap() != 42)
			__atomic_store_n(&missed, true, __ATOMIC_RELAXED);
	return NULL;
}

/* A case where fmod_ret misses calls: threads on one CPU in the same body. */
static void test_no_miss(void)
{
	pthread_t threads[4];
	cpu_set_t one;
	__u64 before = skel->bss->naps;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	skel->bss->nap_result = 42;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, caller, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check(!missed && skel->bss->naps == before + 4 * CALLS, "no call is missed");
}

static pthread_barrier_t crowd_all;
static unsigned int crowd_missed;

static void *crowd_member(void *arg)
{
	(void)arg;
	if (nap() != 42)
		__atomic_add_fetch(&crowd_missed, 1, __ATOMIC_RELAXED);
	pthread_barrier_wait(&crowd_all);
	return NULL;
}

/* Of so many tasks that live at the same time, the number that did not get the guard's value. */
static unsigned int crowd(unsigned int n)
{
	static pthread_t threads[CROWD];
	pthread_attr_t small;

	crowd_missed = 0;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	pthread_barrier_init(&crowd_all, NULL, n);
	for (unsigned int i = 0; i < n; i++)
		if (pthread_create(&threads[i], &small, crowd_member, NULL))
			companion_die("thread");
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return crowd_missed;
}

/*
 * A foreign fmod_ret program skips the function after the guard has given a value. The value is
 * dropped when its task is gone, so that there is always room for others. While a task is preempted
 * in the program, other tasks of that CPU miss it.
 */
static void test_skipped(void)
{
	struct bpf_link *link = bpf_program__attach(skel->progs.skip_nap);
	unsigned int tries = 0;

	check(link, "a foreign program comes");
	skel->bss->nap_result = 42;
	skel->bss->skipping = true;
	for (int round = 0; round < 3; round++)
		check(crowd(CROWD) > CROWD / 2, "it skips the function in most tasks");
	skel->bss->skipping = false;
	while (crowd(200) && tries < 100)
		tries++;
	check(tries < 100, "later tasks get the guard's value");
	check(!crowd(200), "all of them");
	bpf_link__destroy(link);
}

/*
 * A sleeper in the original: it is reported as a blocker while it is inside, and its stack has no
 * frame of klp.ko.
 */
static void test_stack(int fd, __u64 id)
{
	char text[KLP_STACK_MAX] = "";
	struct timespec t = { .tv_nsec = 1000000 };
	struct klp_ioc_stack s = { .text = (unsigned long)text, .size = sizeof(text) };
	pid_t pid = fork();
	__u64 n;

	if (!pid) {
		struct timespec long_time = { .tv_sec = 100000 };

		_exit(nanosleep(&long_time, NULL));
	}
	for (int i = 0; i < 10000; i++) {
		char path[64], line[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
		f = fopen(path, "re");
		if (f && fgets(line, sizeof(line), f) && strstr(line, "nanosleep"))
			i = 10000;
		if (f)
			fclose(f);
		nanosleep(&t, NULL);
	}
	check(!change(fd, 0, id, &n), "a switch with a sleeper in the original");
	s.pid = pid;
	check(!call(fd, KLP_IOC_STACK, &s) && strstr(text, "hrtimer_nanosleep+0x") &&
	      !strstr(text, "bpf") && !strchr(text, '?'), "its stack has nothing of ours");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(wait_done(fd, n) == 0, "completes when it goes");
}

static void test_life(void)
{
	struct klp_uapi_patch rec[4];
	int fd = device();
	__u64 id = register_guard(fd), n;

	check(!attach(0) && !attach(1), "attach");
	check(!cmdline_is_guarded() && nap() == 0, "nothing happens yet");
	check(!change(fd, id, 0, &n) && wait_done(fd, n) == 0, "switch");
	check(cmdline_is_guarded() && hooked("cmdline_proc_show"), "in force");
	test_values();
	test_no_miss();
	test_skipped();
	skel->bss->nap_tgid = 0;
	check(nap() == 0, "a body may go on into the original");
	test_stack(fd, id);
	check(!cmdline_is_guarded() && !hooked("cmdline_proc_show") &&
	      !hooked("hrtimer_nanosleep"), "out of force, and no hook left");
	detach(0);
	detach(1);
	id = register_guard(fd);
	check(id && !attach(0) && !attach(1) && !change(fd, id, 0, &n) && wait_done(fd, n) == 0 &&
	      cmdline_is_guarded(), "once more");
	detach(0);
	check(!cmdline_is_guarded() && status(fd, rec, 4).nr == 1 &&
	      rec[0].flags & KLP_PATCH_BROKEN, "a body that is taken away is told of");
	check(!change(fd, 0, id, &n) && wait_done(fd, n) == 0 && status(fd, NULL, 0).nr == 0,
	      "and the rest can go");
	detach(1);
	close(fd);
}

int main(void)
{
	struct klp_uapi_func f;
	struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)&f, .nr = 1 };
	int fd;

	companion_begin("guard");
	libbpf_set_print(NULL);
	fd = device();
	f = func("hrtimer_nanosleep");
	check(!call(fd, KLP_IOC_ALLOW_FMOD_RET, &o), "enable the function for a foreign program");
	close(fd);
	skel = kmod_guard__open_and_load();
	if (!skel)
		companion_die("load");
	skel->bss->nap_tgid = getpid();
	test_refused();
	test_life();
	kmod_guard__destroy(skel);
	return companion_end();
}
