// SPDX-License-Identifier: GPL-2.0-only
/*
 * A callback that sleeps, through /dev/klp, without klpd: which calls succeed meanwhile and which
 * return -EBUSY; a SWITCH that waits and is killed, a SWITCH that does not wait, and how each
 * ends.
 */
#include <bpf/libbpf.h>

#include "companion.h"
#include "kmod-callback.skel.h"

static struct kmod_callback *skel;
static struct bpf_link *attached;

static __u64 register_nap(int fd)
{
	struct klp_uapi_callback c = { .object = 0, .when = KLP_PRE_PATCH };
	struct klp_ioc_register a = { .name = "nap", .callbacks = (unsigned long)&c, .nr_callbacks = 1,
				      VMLINUX_ONLY };

	return call(fd, KLP_IOC_REGISTER, &a) ? 0 : a.id;
}

static int switch_to(int fd, __u64 id, __u32 flags, __u64 *number)
{
	struct klp_ioc_switch s = { .enter = { id }, .nr_enter = 1, .flags = flags };
	int r = call(fd, KLP_IOC_SWITCH, &s);

	*number = s.transition;
	return r;
}

static int attach_again(void)
{
	struct bpf_link *second = bpf_map__attach_struct_ops(skel->maps.nap);
	int r = second ? 0 : -errno;

	bpf_link__destroy(second);
	return r;
}

static void leave(void)
{
	FILE *f = fopen("/sys/module/test_klpd_calls/parameters/leave", "we");

	if (!f || fputs("1", f) < 0 || fclose(f))
		exit(1);
}

/* Wait until the callback runs and sleeps. */
static bool wait_callback(int fd, __u64 id)
{
	struct timespec t = { .tv_nsec = 10000000 };

	for (int i = 0; i < 6000; i++) {
		struct klp_ioc_callback c = {};
		char path[64], text[4096] = "";
		FILE *f;

		if (!call(fd, KLP_IOC_CALLBACK, &c) && c.record == id && c.when == KLP_PRE_PATCH &&
		    !strcmp(c.object, "vmlinux") && !strcmp(c.name, "nap") && c.transition) {
			snprintf(path, sizeof(path), "/proc/%d/stack", c.pid);
			f = fopen(path, "re");
			if (f) {
				(void)!fread(text, 1, sizeof(text) - 1, f);
				fclose(f);
			}
			if (strstr(text, "test_klpd_calls_sleep"))
				return true;
		}
		nanosleep(&t, NULL);
	}
	return false;
}

static void test_meanwhile(int fd, __u64 id)
{
	struct klp_uapi_patch rec[4];
	struct klp_ioc_force force = {};
	struct klp_ioc_task task = { .pid = getpid() };
	struct klp_ioc_blockers b = {};
	struct klp_ioc_status s = status(fd, rec, 4);
	struct klp_ioc_callback bad = { .flags = 1 };
	__u64 other, n;

	force.transition = s.transition.number;
	check(s.transition.number && s.nr == 1 && rec[0].state == KLP_ENTERING, "status answers");
	check(!call(fd, KLP_IOC_TASK, &task) && task.state == 0, "no task has moved");
	check(!call(fd, KLP_IOC_BLOCKERS, &b) && b.nr == 0, "none is in the way");
	check(reverse(fd, s.transition.number) == -EBUSY, "it cannot be reversed");
	check(call(fd, KLP_IOC_FORCE, &force) == -EBUSY, "nor forced");
	check(!register_patch(fd, "other", "meminfo_proc_show", &other) &&
	      change(fd, other, 0, &n) == -EBUSY && !unregister(fd, other), "another change is busy");
	check(unregister(fd, id) == -EBUSY, "its record cannot be unregistered");
	check(attach_again() == -EEXIST || attach_again() == -ENOENT, "no second link");
	check(call(fd, KLP_IOC_CALLBACK, &bad) == -EINVAL, "flags of CALLBACK");
}

/* The caller is killed: the change continues without it. */
static void test_killed(int fd)
{
	__u64 id = register_nap(fd), n;
	int state = 0;
	pid_t pid;

	attached = bpf_map__attach_struct_ops(skel->maps.nap);
	check(id && attached && attach_again() == -EEXIST, "attach once");
	pid = fork();
	if (!pid)
		_exit(switch_to(fd, id, 0, &n) ? 1 : 0);
	check(wait_callback(fd, id), "it is told of");
	test_meanwhile(fd, id);
	n = status(fd, NULL, 0).transition.number;
	kill(pid, SIGKILL);
	check(waitpid(pid, &state, 0) == pid && WIFSIGNALED(state), "who waits can be killed");
	check(wait_callback(fd, id), "the callback does not mind");
	leave();
	check(wait_done(fd, n) == 0, "and the change goes on");
	check(!change(fd, 0, id, &n) && wait_done(fd, n) == 0, "and can be undone");
	bpf_link__destroy(attached);
}

/* The callback refuses: with a SWITCH that waits, and with one that does not. */
static void test_refused(int fd)
{
	struct klp_ioc_refusal why = {};
	struct klp_uapi_patch rec[4];
	int state = 0;
	pid_t pid;
	__u64 id = register_nap(fd), n;

	attached = bpf_map__attach_struct_ops(skel->maps.nap);
	skel->bss->result = -EXDEV;
	pid = fork();
	if (!pid)
		_exit(switch_to(fd, id, 0, &n) == -ECANCELED ? 0 : 1);
	check(wait_callback(fd, id), "it sleeps again");
	leave();
	check(waitpid(pid, &state, 0) == pid && !state, "SWITCH says that it refused");
	check(status(fd, rec, 4).nr == 1 && rec[0].state == KLP_REGISTERED, "its record is registered");
	check(!switch_to(fd, id, KLP_SWITCH_NOWAIT, &n) && wait_callback(fd, id), "without waiting");
	leave();
	check(wait_done(fd, n) == REVERSED && status(fd, rec, 4).nr == 0, "it ends in reverse");
	why.transition = n;
	check(!call(fd, KLP_IOC_REFUSAL, &why) && why.error == ECANCELED &&
	      why.callback_error == -EXDEV && why.failed == id, "and it is told why");
	why.transition = n + 1;
	check(call(fd, KLP_IOC_REFUSAL, &why) == -ENOENT, "but of that one only");
	bpf_link__destroy(attached);
}

int main(void)
{
	int fd;

	companion_begin("callback");
	libbpf_set_print(NULL);
	if (system("modprobe test_klpd_calls"))
		companion_skip("no module test_klpd_calls");
	skel = kmod_callback__open_and_load();
	if (!skel)
		companion_die("load");
	fd = device();
	test_killed(fd);
	test_refused(fd);
	close(fd);
	kmod_callback__destroy(skel);
	return companion_end();
}
