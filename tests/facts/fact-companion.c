// SPDX-License-Identifier: GPL-2.0-only
/*
 * The companion through its own door, without klpd and without a BPF program: every rule that
 * include/klp/uapi.h states, and a transition that a task holds up because it sleeps in a function
 * that changes hands. If one of these fails on a new kernel, klp.ko is what has to learn.
 *
 * Needs klp.ko loaded; run as root in a guest.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "klp/uapi.h"

static struct btf *btf;
static int failures;

static void check(bool good, const char *name)
{
	printf("%s companion: %s\n", good ? "ok" : "not ok", name);
	if (!good)
		printf("# errno %d (%m)\n", errno);
	failures += !good;
	fflush(stdout);
}

static int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static int device_mute(void)
{
	return open(KLP_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

static int device(void)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI };
	int fd = device_mute();

	if (fd < 0 || call(fd, KLP_IOC_HELLO, &h))
		exit(1);
	return fd;
}

static struct klp_uapi_func func(const char *symbol)
{
	struct klp_uapi_func f = { .object = "vmlinux" };
	int id = btf__find_by_name_kind(btf, symbol, BTF_KIND_FUNC);

	f.btf_id = id > 0 ? id : 1;
	snprintf(f.symbol, sizeof(f.symbol), "%s", symbol);
	return f;
}

static int announce(int fd, const char *name, const char *symbol, __u64 *id)
{
	struct klp_uapi_func f = func(symbol);
	struct klp_ioc_announce a = { .funcs = (unsigned long)&f, .nr = 1 };
	int r;

	snprintf(a.name, sizeof(a.name), "%s", name);
	r = call(fd, KLP_IOC_ANNOUNCE, &a);
	*id = a.id;
	return r;
}

static int change(int fd, __u64 enter, __u64 leave, __u64 *number)
{
	struct klp_ioc_switch s = { .enter = enter };
	int r;

	if (leave)
		s.leave[s.nr_leave++] = leave;
	r = call(fd, KLP_IOC_SWITCH, &s);
	if (number)
		*number = s.transition;
	return r;
}

static struct klp_ioc_status status(int fd, struct klp_uapi_record *records, unsigned int room)
{
	struct klp_ioc_status s = { .records = (unsigned long)records, .nr = room };

	if (call(fd, KLP_IOC_STATUS, &s))
		exit(1);
	return s;
}

/* Until the DONE of `number`: 0, or 1 if it was reversed. */
static int wait_done(int fd, __u64 number)
{
	struct klp_uapi_event e;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 60000) <= 0)
			return -ETIMEDOUT;
		if (read(fd, &e, sizeof(e)) != sizeof(e))
			return -EIO;
		if (e.type == KLP_EVENT_DONE && e.transition == number)
			return e.reversed;
	}
}

static void test_hello(void)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI + 1 };
	struct klp_ioc_status s = {};
	int fd = device_mute();

	check(fd >= 0, "opens");
	check(call(fd, KLP_IOC_STATUS, &s) == -ENOTCONN, "mute before hello");
	check(call(fd, KLP_IOC_HELLO, &h) == -EPROTO && h.abi == KLP_ABI, "refuses another ABI, says its own");
	check(call(fd, KLP_IOC_STATUS, &s) == -ENOTCONN, "still mute after a refused hello");
	h.abi = KLP_ABI;
	check(!call(fd, KLP_IOC_HELLO, &h) && h.open_cap == KLP_OPEN_CAP && h.open_used < 50, "hello");
	check(call(fd, _IO('K', 0x77), NULL) == -ENOTTY, "unknown request");
	close(fd);
}

static void test_bad_input(void)
{
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_announce a = { .name = "x", .funcs = (unsigned long)&f };
	struct klp_ioc_switch s = {};
	int fd = device();
	__u64 id;

	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "no functions");
	a.nr = KLP_UAPI_FUNCS_MAX + 1;
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "too many functions");
	a.nr = 1;
	a.funcs = 8;
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EFAULT, "bad pointer");
	a.funcs = (unsigned long)&f;
	memset(a.name, 'a', sizeof(a.name));
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "name without an end");
	strcpy(a.name, "x");
	f.btf_id = func("meminfo_proc_show").btf_id;
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "BTF id of another function");
	f.btf_id = ~0U;
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "BTF id out of range");
	memset(f.symbol, 'a', sizeof(f.symbol));
	check(call(fd, KLP_IOC_ANNOUNCE, &a) == -EINVAL, "symbol without an end");
	check(announce(fd, "x", "no_such_function_here", &id) == -ENOENT, "unknown function");
	check(announce(fd, "x", "__switch_to_asm", &id) < 0, "function that cannot be patched");
	check(call(fd, KLP_IOC_SWITCH, &s) == -EINVAL, "switch of nothing");
	check(change(fd, 12345, 0, NULL) == -ENOENT, "switch to an unknown record");
	s.nr_leave = ~0U;
	check(call(fd, KLP_IOC_SWITCH, &s) == -EINVAL, "switch with a wild count");
	check(status(fd, NULL, 0).nr == 0, "no record after all this");
	close(fd);
}

static void test_records(void)
{
	struct klp_ioc_withdraw w;
	int fd = device(), other = device();
	__u64 a, b;

	check(!announce(fd, "a", "cmdline_proc_show", &a) && a, "announce");
	check(announce(fd, "a", "cmdline_proc_show", &b) == -EEXIST, "the same name twice");
	check(!announce(other, "b", "cmdline_proc_show", &b) && b != a, "another name");
	check(status(fd, NULL, 0).nr == 2, "two records");
	close(other);
	check(status(fd, NULL, 0).nr == 1, "a record dies with its file");
	w.id = b;
	check(call(fd, KLP_IOC_WITHDRAW, &w) == -ENOENT, "withdraw of what is gone");
	w.id = a;
	check(!call(fd, KLP_IOC_WITHDRAW, &w) && status(fd, NULL, 0).nr == 0, "withdraw");
	close(fd);
}

static void test_transition(void)
{
	struct klp_uapi_record rec[4];
	struct klp_ioc_withdraw w;
	struct klp_ioc_status s;
	int fd = device();
	__u64 a, b, n, generation = status(fd, NULL, 0).generation;

	announce(fd, "a", "cmdline_proc_show", &a);
	check(!change(fd, a, 0, &n) && wait_done(fd, n) == 0, "enable completes");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].state == KLP_IN_FORCE && s.generation == generation + 1 &&
	      rec[0].generation == s.generation && !s.transition.number, "in force");
	w.id = a;
	check(call(fd, KLP_IOC_WITHDRAW, &w) == -EBUSY, "no withdraw of what is in force");
	check(change(fd, a, 0, NULL) == -EINVAL, "no second switch to it");
	close(fd);
	fd = device();
	check(status(fd, NULL, 0).nr == 1, "in force without any file");
	announce(fd, "b", "meminfo_proc_show", &b);
	check(!change(fd, b, a, &n) && wait_done(fd, n) == 0, "replace completes");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].id == b, "only the new record is left");
	check(!change(fd, 0, b, &n) && wait_done(fd, n) == 0, "disable completes");
	check(status(fd, NULL, 0).nr == 0, "nothing left");
	close(fd);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		struct timespec t = { .tv_sec = 100000 };

		_exit(nanosleep(&t, NULL) < 0 ? errno : 0);
	}
	return pid;
}

static int task_state(int fd, pid_t pid)
{
	struct klp_ioc_task t = { .pid = pid };
	int r = call(fd, KLP_IOC_TASK, &t);

	return r ?: t.state;
}

static bool blocked_by(int fd, pid_t pid, const char *function)
{
	static struct klp_uapi_blocker list[64];
	struct klp_ioc_blockers b = { .blockers = (unsigned long)list, .nr = 64 };
	char want[KLP_UAPI_REASON_LEN];

	snprintf(want, sizeof(want), "in %s", function);
	if (call(fd, KLP_IOC_BLOCKERS, &b))
		return false;
	for (unsigned int i = 0; i < b.nr && i < 64; i++)
		if (list[i].pid == pid && !strcmp(list[i].reason, want))
			return true;
	return false;
}

/* The effect is awaited, not timed: a pass is made at least every second. */
static bool wait_blocked(int fd, pid_t pid, const char *function)
{
	struct timespec t = { .tv_nsec = 10000000 };

	for (int i = 0; i < 6000; i++) {
		if (blocked_by(fd, pid, function))
			return true;
		nanosleep(&t, NULL);
	}
	return false;
}

static void wait_asleep(pid_t pid)
{
	char path[64], line[512];
	struct timespec t = { .tv_nsec = 1000000 };

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	for (int i = 0; i < 10000; i++) {
		FILE *f = fopen(path, "re");
		bool there = f && fgets(line, sizeof(line), f) && strstr(line, "nanosleep");

		if (f)
			fclose(f);
		if (there)
			return;
		nanosleep(&t, NULL);
	}
}

/* How long klp.ko lets a sleeper sleep: for these tests for ever, until it is to be cut short. */
static void set_patience(const char *ms)
{
	FILE *f = fopen("/sys/module/klp/parameters/signal_ms", "we");

	if (!f || fputs(ms, f) < 0 || fclose(f))
		exit(1);
}

static void test_blocker(void)
{
	struct klp_ioc_reverse rev;
	struct klp_uapi_record rec[4];
	struct klp_ioc_status s;
	pid_t pid = sleeper();
	int fd = device();
	__u64 a, b, n, m;

	wait_asleep(pid);
	set_patience("1000000000");
	announce(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n), "switch with a sleeper inside");
	check(wait_blocked(fd, pid, "hrtimer_nanosleep"), "the sleeper is named as the blocker");
	s = status(fd, rec, 4);
	check(s.transition.number == n && s.transition.moved < s.transition.total &&
	      rec[0].state == KLP_ENTERING, "in transition");
	announce(fd, "other", "cmdline_proc_show", &b);
	check(change(fd, b, 0, &m) == -EBUSY, "a second change is busy");
	rev.transition = n + 1;
	check(call(fd, KLP_IOC_REVERSE, &rev) == -ESTALE, "reverse of another transition");
	rev.transition = n;
	check(!call(fd, KLP_IOC_REVERSE, &rev) && wait_done(fd, n) == 1, "reversed while it sleeps");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].id == b && s.last_reversed && s.last_transition == n,
	      "the entering record is gone");
	announce(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n) && wait_blocked(fd, pid, "hrtimer_nanosleep"), "blocked again");
	check(task_state(fd, pid) == 0 && task_state(fd, getpid()) == 1, "patch states of two tasks");
	rev.transition = n;
	check(!call(fd, KLP_IOC_REVERSE, &rev) && wait_done(fd, n) == 1, "reversed again");
	set_patience("100");
	announce(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n) && wait_done(fd, n) == 0, "its sleep is cut short in the end");
	check(task_state(fd, pid) == -1, "no patch state without a transition");
	check(!waitpid(pid, NULL, WNOHANG), "and it has not seen that");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(!change(fd, 0, a, &n) && wait_done(fd, n) == 0, "disable");
	close(fd);
	fd = device();
	check(status(fd, NULL, 0).nr == 0, "nothing left at the end");
	close(fd);
}

/* Last: afterwards klp.ko stays for good. */
static void test_force(void)
{
	struct klp_ioc_force force = {};
	struct klp_uapi_record rec[4];
	pid_t pid = sleeper();
	int fd = device();
	__u64 a, n;

	wait_asleep(pid);
	set_patience("1000000000");
	check(call(fd, KLP_IOC_FORCE, &force) == -ENOENT, "force without a transition");
	announce(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n) && wait_blocked(fd, pid, "hrtimer_nanosleep"), "blocked");
	force.transition = n + 1;
	check(call(fd, KLP_IOC_FORCE, &force) == -ESTALE, "force of another transition");
	force.transition = n;
	check(!call(fd, KLP_IOC_FORCE, &force) && force.forced >= 1 && wait_done(fd, n) == 0,
	      "forced while it sleeps inside");
	check(status(fd, rec, 4).forced == 1 && rec[0].flags == KLP_RECORD_FORCED,
	      "status and record say so");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(!change(fd, 0, a, &n) && wait_done(fd, n) == 0 && status(fd, NULL, 0).forced == 1,
	      "disabled, and still said");
	set_patience("5000");
	close(fd);
}

static void test_open(void)
{
	struct klp_uapi_func f[2] = { func("cmdline_proc_show"), func("cmdline_proc_show") };
	struct klp_ioc_open o = { .funcs = (unsigned long)f, .nr = 2 };
	int fd = device();
	__u32 used = status(fd, NULL, 0).open_used;

	check(!call(fd, KLP_IOC_OPEN, &o) && o.open_used == used + 1, "opening twice takes one entry");
	check(!call(fd, KLP_IOC_OPEN, &o) && o.open_used == used + 1, "and none when repeated");
	f[1] = func("no_such_function_here");
	check(call(fd, KLP_IOC_OPEN, &o) == -ENOENT && o.failed == 1, "says which one failed");
	close(fd);
}

/* Every function of the kernel that can be opened, until the cap says no: then kfuncs still work. */
static void test_open_cap(void)
{
	unsigned int n = btf__type_cnt(btf), added = 0;
	int fd = device(), r = 0;
	__u32 used = 0;

	for (unsigned int id = 1; id < n && r != -ENOSPC && added < 1000; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		struct klp_uapi_func f = { .object = "vmlinux", .btf_id = id };
		struct klp_ioc_open o = { .funcs = (unsigned long)&f, .nr = 1 };

		if (!btf_is_func(t))
			continue;
		snprintf(f.symbol, sizeof(f.symbol), "%s", btf__name_by_offset(btf, t->name_off));
		r = call(fd, KLP_IOC_OPEN, &o);
		added += !r;
		used = o.open_used;
	}
	check(r == -ENOSPC && used == KLP_OPEN_CAP, "the cap holds");
	check(added > 100, "and much could be opened");
	close(fd);
}

int main(void)
{
	btf = btf__load_vmlinux_btf();
	if (!btf || access(KLP_DEVICE, F_OK)) {
		printf("skip companion: no BTF or klp.ko is not loaded\n");
		return 77;
	}
	test_hello();
	test_bad_input();
	test_records();
	test_transition();
	test_blocker();
	test_open();
	test_open_cap();
	test_force();
	return failures ? 1 : 0;
}
