// SPDX-License-Identifier: GPL-2.0-only
/*
 * The companion through its own door, without klpd and without a BPF program: the rules that
 * include/klp/uapi.h states (fact-transition has those of a transition that is held up). If one of
 * these fails on a new kernel, klp.ko is what has to learn.
 *
 * Needs klp.ko loaded; run as root in a guest.
 */
#include "companion.h"

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
	int fd = device(), other = device();
	__u64 a, b;

	check(!announce(fd, "a", "cmdline_proc_show", &a) && a, "announce");
	check(announce(fd, "a", "cmdline_proc_show", &b) == -EEXIST, "the same name twice");
	check(!announce(other, "b", "cmdline_proc_show", &b) && b != a, "another name");
	check(status(fd, NULL, 0).nr == 2, "two records");
	close(other);
	check(status(fd, NULL, 0).nr == 1, "a record dies with its file");
	check(withdraw(fd, b) == -ENOENT, "withdraw of what is gone");
	check(!withdraw(fd, a) && status(fd, NULL, 0).nr == 0, "withdraw");
	close(fd);
}

static void test_transition(void)
{
	struct klp_uapi_record rec[4];
	struct klp_ioc_status s;
	int fd = device();
	__u64 a, b, n, generation = status(fd, NULL, 0).generation;

	announce(fd, "a", "cmdline_proc_show", &a);
	check(!change(fd, a, 0, &n) && wait_done(fd, n) == 0, "enable completes");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].state == KLP_IN_FORCE && s.generation == generation + 1 &&
	      rec[0].generation == s.generation && !s.transition.number, "in force");
	check(withdraw(fd, a) == -EBUSY, "no withdraw of what is in force");
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
	companion_begin("companion");
	test_hello();
	test_bad_input();
	test_records();
	test_transition();
	test_open();
	test_open_cap();
	return failures ? 1 : 0;
}
