/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of transitions through /dev/klp. One device is open; a failure in a function below
 * ends the program, so callers need no error handling. change_begin() makes klp.ko wait for
 * sleeping tasks without signalling them (parameter signal_ms); change_end() restores the
 * parameter.
 */
#ifndef KLPD_TESTS_CHANGE_H
#define KLPD_TESTS_CHANGE_H

#include <bpf/btf.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "register.h"
#include "fact.h"
#include "klp/uapi.h"

#define CHANGE_PATIENCE	"/sys/module/klp/parameters/signal_ms"
#define CHANGE_BLOCKERS	512

static int change_fd;
static struct btf *change_btf;
static char change_patience[32];
static struct klp_uapi_blocker change_list[CHANGE_BLOCKERS];

static inline void change_call(unsigned long request, void *arg, const char *what)
{
	if (ioctl(change_fd, request, arg) < 0)
		fact_fail("%s: %s", what, strerror(errno));
}

static inline void change_set_patience(const char *ms)
{
	FILE *f = fopen(CHANGE_PATIENCE, "we");

	if (!f || fputs(ms, f) < 0 || fclose(f))
		fact_fail("%s: %s", CHANGE_PATIENCE, strerror(errno));
}

static inline void change_end(void)
{
	FILE *f = fopen(CHANGE_PATIENCE, "we");

	if (f && (fputs(change_patience, f) < 0 || fclose(f)))
		printf("# %s was not given back\n", CHANGE_PATIENCE);
}

static inline void change_begin(void)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI };
	FILE *f = fopen(CHANGE_PATIENCE, "re");

	change_fd = open(KLP_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	change_btf = btf__load_vmlinux_btf();
	if (change_fd < 0 || !change_btf || !f)
		fact_skip("no BTF, or klp.ko is not loaded");
	change_call(KLP_IOC_HELLO, &h, "hello");
	FACT(fgets(change_patience, sizeof(change_patience), f));
	fclose(f);
	atexit(change_end);
	change_set_patience("1000000000");
}

/* Returns false if this kernel has no such function. */
static inline bool change_func(const char *symbol, struct klp_uapi_func *f)
{
	int id = btf__find_by_name_kind(change_btf, symbol, BTF_KIND_FUNC);

	*f = (struct klp_uapi_func){ .btf_id = id > 0 ? id : 1 };
	snprintf(f->object, sizeof(f->object), "vmlinux");
	snprintf(f->symbol, sizeof(f->symbol), "%s", symbol);
	return id > 0;
}

static inline void change_allow_fmod_ret(const char *symbol)
{
	struct klp_uapi_func f;
	struct klp_ioc_allow_fmod_ret o = { .funcs = (uintptr_t)&f, .nr = 1 };

	change_func(symbol, &f);
	change_call(KLP_IOC_ALLOW_FMOD_RET, &o, symbol);
}

/* Register a patch without any program. Returns its id. */
static inline __u64 change_register(const char *symbol)
{
	struct klp_uapi_func f;
	struct klp_ioc_register a = { .name = "fact", .funcs = (uintptr_t)&f, .nr = 1,
				      VMLINUX_ONLY };

	change_func(symbol, &f);
	change_call(KLP_IOC_REGISTER, &a, symbol);
	return a.id;
}

/* Returns the number of the transition. */
static inline __u64 change_switch(__u64 enter, __u64 leave)
{
	struct klp_ioc_switch s = { .enter = { enter }, .nr_enter = enter ? 1 : 0,
				    .leave = { leave }, .nr_leave = leave ? 1 : 0 };

	change_call(KLP_IOC_SWITCH, &s, "switch");
	return s.transition;
}

static inline void change_reverse(__u64 number)
{
	struct klp_ioc_reverse r = { .transition = number };

	change_call(KLP_IOC_REVERSE, &r, "reverse");
}

static inline struct klp_uapi_transition change_status(void)
{
	struct klp_ioc_status s = {};

	change_call(KLP_IOC_STATUS, &s, "status");
	return s.transition;
}

/*
 * Wait for the DONE of `number`. Returns 0, or 1 if it was reversed. The time limit is for hangs
 * only.
 */
static inline int change_wait(__u64 number)
{
	struct klp_uapi_event e;

	for (;;) {
		struct pollfd p = { .fd = change_fd, .events = POLLIN };

		if (poll(&p, 1, 100000) <= 0)
			fact_fail("transition %llu does not complete", (unsigned long long)number);
		if (read(change_fd, &e, sizeof(e)) != sizeof(e))
			fact_fail("event: %s", strerror(errno));
		if (e.type == KLP_EVENT_DONE && e.transition == number)
			return e.reversed;
	}
}

static inline int change_state(pid_t pid)
{
	struct klp_ioc_task t = { .pid = pid };

	change_call(KLP_IOC_TASK, &t, "task");
	return t.state;
}

/* The number of blockers; 0 if no transition runs. */
static inline unsigned int change_blockers(void)
{
	struct klp_ioc_blockers b = { .blockers = (uintptr_t)change_list,
				      .nr = CHANGE_BLOCKERS };

	if (ioctl(change_fd, KLP_IOC_BLOCKERS, &b) < 0 && errno == ENOENT)
		return 0;
	return b.nr;
}

/* The blocker's reason, or NULL if that task is not a blocker. */
static inline const char *change_reason(pid_t pid)
{
	unsigned int n = change_blockers();

	for (unsigned int i = 0; i < n && i < CHANGE_BLOCKERS; i++)
		if (change_list[i].pid == pid)
			return change_list[i].reason;
	return NULL;
}

/* A pause between two looks at an effect that a test waits for. */
static inline void change_breathe(void)
{
	poll(NULL, 0, 2);
}

/* Wait until the transition has made n more passes over all tasks. */
static inline void change_passes(unsigned int n)
{
	unsigned int from = change_status().passes;

	while (change_status().passes < from + n)
		change_breathe();
}

/* True if /proc/PID/stack shows a function of that name, or one whose name ends with it. */
static inline bool change_stands_in(pid_t pid, const char *function)
{
	char path[64], line[256], want[128];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	snprintf(want, sizeof(want), "%s+", function);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		found |= !!strstr(line, want);
	if (f)
		fclose(f);
	return found;
}

/* As fork(), but the child dies with its parent. */
static inline pid_t change_fork(void)
{
	pid_t pid = FACT_TRY(fork());

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static inline void change_bury(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#endif
