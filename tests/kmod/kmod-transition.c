// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocked transitions, through /dev/klp, without klpd and without a BPF program. A task sleeps in
 * a function that is being patched or unpatched. It is named as the blocker, its stack is shown,
 * the transition waits for it, its sleep is cut short, or the transition is forced.
 *
 * Needs klp.ko loaded; run as root in a guest.
 */
#include "companion.h"

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

static struct klp_uapi_blocker list[64];

/* Fill list[]. Returns the number of blockers, or -errno. */
static int blockers(int fd)
{
	struct klp_ioc_blockers b = { .blockers = (unsigned long)list, .nr = 64 };
	int r = call(fd, KLP_IOC_BLOCKERS, &b);

	return r ?: (int)(b.nr < 64 ? b.nr : 64);
}

static const struct klp_uapi_blocker *blocked_by(int fd, pid_t pid, const char *function)
{
	char want[KLP_REASON_LEN];
	int n = blockers(fd);

	snprintf(want, sizeof(want), "in %s", function);
	for (int i = 0; i < n; i++)
		if (list[i].pid == pid && !strcmp(list[i].reason, want))
			return &list[i];
	return NULL;
}

/* Waits for the effect: klp.ko makes a pass at least every second. */
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

/*
 * Set how long klp.ko waits before it signals a sleeper: effectively forever in these tests,
 * until a test wants the sleep to be cut short.
 */
static void set_patience(const char *ms)
{
	FILE *f = fopen("/sys/module/klp/parameters/signal_ms", "we");

	if (!f || fputs(ms, f) < 0 || fclose(f))
		exit(1);
}

static void test_blocker_told(int fd, pid_t pid)
{
	const struct klp_uapi_blocker *b = blocked_by(fd, pid, "hrtimer_nanosleep");
	char text[KLP_STACK_MAX], comm[16] = "";
	struct klp_ioc_stack s = { .pid = pid, .text = (unsigned long)text, .size = sizeof(text) };
	bool sorted = true;
	__u32 size;

	prctl(PR_GET_NAME, comm);
	check(b && b->tgid == pid && b->state == 'S' && !b->flags && b->blocking_ns &&
	      !strcmp(b->comm, comm), "what is told of a blocker");
	for (int i = 1, n = blockers(fd); i < n; i++)
		sorted = sorted && list[i - 1].blocking_ns >= list[i].blocking_ns;
	check(sorted, "longest in the way first");
	check(!call(fd, KLP_IOC_STACK, &s) && s.size == strlen(text) + 1 &&
	      strstr(text, "\nhrtimer_nanosleep+0x") && text[strlen(text) - 1] == '\n' &&
	      !strchr(text, '?'), "its stack");
	size = s.size - 2;
	s.size = size;
	check(!call(fd, KLP_IOC_STACK, &s) && s.size < size && s.size == strlen(text) + 1 &&
	      text[strlen(text) - 1] == '\n', "as many lines as fit");
	s.size = 1;
	check(!call(fd, KLP_IOC_STACK, &s) && s.size == 1 && !text[0], "or none");
	s.size = 0;
	check(call(fd, KLP_IOC_STACK, &s) == -EINVAL, "no room at all");
	s.size = sizeof(text) + 1;
	check(call(fd, KLP_IOC_STACK, &s) == -EINVAL, "too much room");
	s.size = sizeof(text);
	s.text = 8;
	check(call(fd, KLP_IOC_STACK, &s) == -EFAULT, "bad pointer");
	s.text = (unsigned long)text;
	s.pid = getpid();
	check(call(fd, KLP_IOC_STACK, &s) == -ESRCH, "no stack of one who has moved");
}

/* The time limit expires, first while the device is open, then while no process has it open. */
static void test_deadline(void)
{
	struct timespec t = { .tv_nsec = 10000000 };
	struct klp_ioc_status s;
	pid_t pid = sleeper();
	int fd = device();
	__u64 a, n;

	wait_asleep(pid);
	set_patience("1000000000");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change_within(fd, a, 0, 3600000, &n) &&
	      status(fd, NULL, 0).transition.timeout_ms == 3600000, "switch with a time limit");
	check(!reverse(fd, n) && wait_done(fd, n) == REVERSED, "reversed before it is over");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change_within(fd, a, 0, 200, &n) && wait_done(fd, n) == (REVERSED | TIMED_OUT),
	      "it reverses itself");
	s = status(fd, NULL, 0);
	check(s.nr == 0 && s.last_transition == n && s.last_reversed && s.last_timed_out,
	      "nothing is in force, and status says why");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change_within(fd, a, 0, 200, &n), "switch again");
	close(fd);
	fd = device();
	for (int i = 0; i < 6000 && status(fd, NULL, 0).last_transition != n; i++)
		nanosleep(&t, NULL);
	s = status(fd, NULL, 0);
	check(s.nr == 0 && s.last_transition == n && s.last_timed_out, "the same with nobody there");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change_within(fd, a, 0, 3600000, &n) && wait_done(fd, n) == 0 &&
	      !status(fd, NULL, 0).last_timed_out, "in time");
	check(!change(fd, 0, a, &n) && wait_done(fd, n) == 0, "disable");
	set_patience("5000");
	close(fd);
}

static void test_blocker(void)
{
	struct klp_uapi_patch rec[4];
	struct klp_ioc_status s;
	pid_t pid = sleeper();
	int fd = device();
	__u64 a, b, n, m;

	wait_asleep(pid);
	set_patience("1000000000");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n), "switch with a sleeper inside");
	check(wait_blocked(fd, pid, "hrtimer_nanosleep"), "the sleeper is named as the blocker");
	test_blocker_told(fd, pid);
	s = status(fd, rec, 4);
	check(s.transition.number == n && s.transition.moved < s.transition.total &&
	      rec[0].state == KLP_ENTERING, "in transition");
	register_patch(fd, "other", "cmdline_proc_show", &b);
	check(change(fd, b, 0, &m) == -EBUSY, "a second change is busy");
	check(reverse(fd, n + 1) == -ESTALE, "reverse of another transition");
	check(!reverse(fd, n) && wait_done(fd, n) == REVERSED, "reversed while it sleeps");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].id == b && s.last_reversed && s.last_transition == n,
	      "the entering record is gone");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n) && wait_blocked(fd, pid, "hrtimer_nanosleep"), "blocked again");
	check(task_state(fd, pid) == 0 && task_state(fd, getpid()) == 1, "patch states of two tasks");
	check(!reverse(fd, n) && reverse(fd, n) < 0 && wait_done(fd, n) == REVERSED,
	      "reversed again, and not turned on by the same call");
	set_patience("100");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
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

/* Must be last, because klp.ko cannot be unloaded afterwards. */
static void test_force(void)
{
	struct klp_ioc_force force = {};
	struct klp_uapi_patch rec[4];
	pid_t pid = sleeper();
	int fd = device();
	__u64 a, n;

	wait_asleep(pid);
	set_patience("1000000000");
	check(call(fd, KLP_IOC_FORCE, &force) == -ENOENT, "force without a transition");
	register_patch(fd, "nap", "hrtimer_nanosleep", &a);
	check(!change(fd, a, 0, &n) && wait_blocked(fd, pid, "hrtimer_nanosleep"), "blocked");
	force.transition = n + 1;
	check(call(fd, KLP_IOC_FORCE, &force) == -ESTALE, "force of another transition");
	force.transition = n;
	check(!call(fd, KLP_IOC_FORCE, &force) && force.forced >= 1 && wait_done(fd, n) == 0,
	      "forced while it sleeps inside");
	check(status(fd, rec, 4).forced == 1 && rec[0].flags == KLP_PATCH_FORCED,
	      "status and record say so");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(!change(fd, 0, a, &n) && wait_done(fd, n) == 0 && status(fd, NULL, 0).forced == 1,
	      "disabled, and still said");
	close(fd);
	fd = device();
	check(status(fd, rec, 4).nr == 1 && rec[0].id == a && rec[0].state == KLP_FORCED_OUT &&
	      rec[0].flags == KLP_PATCH_FORCED, "what left by force is remembered");
	check(change(fd, a, 0, NULL) == -EINVAL && change(fd, 0, a, NULL) == -EINVAL,
	      "and cannot be switched");
	check(!unregister(fd, a) && status(fd, NULL, 0).nr == 0, "until it is unregistered");
	set_patience("5000");
	close(fd);
}

int main(void)
{
	companion_begin("transition");
	test_blocker();
	test_deadline();
	test_force();
	return companion_end();
}
