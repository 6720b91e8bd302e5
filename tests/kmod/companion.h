/* SPDX-License-Identifier: GPL-2.0-only */
/* For programs that use /dev/klp directly: one function for each ioctl. */
#ifndef KLPD_TESTS_COMPANION_H
#define KLPD_TESTS_COMPANION_H

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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "register.h"
#include "tap.h"
#include "klp/uapi.h"

static struct btf *btf;
static int failures;
static const char *companion_what;

/* End the program: the rest cannot be tested here. */
__attribute__((noreturn)) static inline void companion_skip(const char *why)
{
	tap_skip(companion_what, why);
	tap_end();
	exit(77);
}

/* End the program: the rest cannot be tested, which is a failure. */
__attribute__((noreturn)) static inline void companion_die(const char *what)
{
	tap_result(false, "%s: %s: %s", companion_what, what, strerror(errno));
	tap_end();
	exit(1);
}

/* Call last, for the exit status. */
static inline int companion_end(void)
{
	tap_end();
	return failures ? 1 : 0;
}

/* Call first. Ends the program (exit status 77, skipped) if there is no companion. */
static inline void companion_begin(const char *what)
{
	companion_what = what;
	tap_begin();
	btf = btf__load_vmlinux_btf();
	if (btf && !access(KLP_DEVICE, F_OK))
		return;
	companion_skip("no BTF or klp.ko is not loaded");
}

static inline void check(bool good, const char *name)
{
	tap_result(good, "%s: %s", companion_what, name);
	if (!good)
		printf("# errno %d (%m)\n", errno);
	failures += !good;
	fflush(stdout);
}

static inline int call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static inline int device_mute(void)
{
	return open(KLP_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

static inline int device(void)
{
	struct klp_ioc_hello h = { .abi = KLP_ABI };
	int fd = device_mute();

	if (fd < 0 || call(fd, KLP_IOC_HELLO, &h))
		exit(1);
	return fd;
}

static inline struct klp_uapi_func func(const char *symbol)
{
	struct klp_uapi_func f = { .object = "vmlinux" };
	int id = btf__find_by_name_kind(btf, symbol, BTF_KIND_FUNC);

	f.btf_id = id > 0 ? id : 1;
	snprintf(f.symbol, sizeof(f.symbol), "%s", symbol);
	return f;
}

static inline int register_patch(int fd, const char *name, const char *symbol, __u64 *id)
{
	struct klp_uapi_func f = func(symbol);
	struct klp_ioc_register a = { .funcs = (unsigned long)&f, .nr = 1, VMLINUX_ONLY };
	int r;

	snprintf(a.name, sizeof(a.name), "%s", name);
	r = call(fd, KLP_IOC_REGISTER, &a);
	*id = a.id;
	return r;
}

static inline int change_within(int fd, __u64 enter, __u64 leave, __u32 timeout_ms, __u64 *number)
{
	struct klp_ioc_switch s = { .timeout_ms = timeout_ms };
	int r;

	if (enter)
		s.enter[s.nr_enter++] = enter;
	if (leave)
		s.leave[s.nr_leave++] = leave;
	r = call(fd, KLP_IOC_SWITCH, &s);
	if (number)
		*number = s.transition;
	return r;
}

static inline int change(int fd, __u64 enter, __u64 leave, __u64 *number)
{
	return change_within(fd, enter, leave, 0, number);
}

/* Reverse the transition `number`. */
static inline int reverse(int fd, __u64 number)
{
	struct klp_ioc_reverse r = { .transition = number };

	return call(fd, KLP_IOC_REVERSE, &r);
}

static inline int unregister(int fd, __u64 id)
{
	struct klp_ioc_unregister w = { .id = id };

	return call(fd, KLP_IOC_UNREGISTER, &w);
}

static inline struct klp_ioc_status status(int fd, struct klp_uapi_patch *records, unsigned int room)
{
	struct klp_ioc_status s = { .records = (unsigned long)records, .nr = room };

	if (call(fd, KLP_IOC_STATUS, &s))
		exit(1);
	return s;
}

#define REVERSED		1	/* the transition was reversed */
#define TIMED_OUT	2	/* because its time limit expired */

/* Wait for the DONE of `number`. Returns 0, a combination of the flags above, or -errno. */
static inline int wait_done(int fd, __u64 number)
{
	struct klp_uapi_event e;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 60000) <= 0)
			return -ETIMEDOUT;
		if (read(fd, &e, sizeof(e)) != sizeof(e))
			return -EIO;
		if (e.type == KLP_EVENT_DONE && e.transition == number)
			return (e.reversed ? REVERSED : 0) | (e.timed_out ? TIMED_OUT : 0);
	}
}

#endif
