// SPDX-License-Identifier: GPL-2.0-only
/*
 * The companion through /dev/klp, without klpd and without a BPF program: the rules that
 * include/klp/uapi.h states (kmod-transition tests those of a blocked transition). If a test
 * fails on a new kernel, klp.ko must be adapted.
 *
 * Needs klp.ko loaded; run as root in a guest.
 */
#include <bpf/bpf.h>
#include <pthread.h>

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
	check(!call(fd, KLP_IOC_HELLO, &h), "hello");
	check(h.fmod_ret_cap == KLP_FMOD_RET_CAP && h.fmod_ret_used < 50, "room for fmod_ret");
	check(call(fd, _IO('K', 0x77), NULL) == -ENOTTY, "unknown request");
	close(fd);
}

static void test_claim(void)
{
	struct klp_ioc_status s = {};
	int first = device(), second = device();

	check(!call(first, KLP_IOC_CLAIM, NULL), "claims");
	check(!call(first, KLP_IOC_CLAIM, NULL), "claims what it has");
	check(call(second, KLP_IOC_CLAIM, NULL) == -EBUSY, "does not claim what another has");
	check(!call(second, KLP_IOC_STATUS, &s), "but may look");
	close(first);
	check(!call(second, KLP_IOC_CLAIM, NULL), "claims what is free again");
	close(second);
}

static void test_bad_input(void)
{
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_register a = { .name = "x", .funcs = (unsigned long)&f, VMLINUX_ONLY };
	struct klp_ioc_switch s = {};
	int fd = device();
	__u64 id;

	check(!call(fd, KLP_IOC_REGISTER, &a) && !unregister(fd, a.id), "no functions, only a gate");
	a.nr = KLP_FUNCS_MAX + 1;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "too many functions");
	a.nr = 1;
	a.funcs = 8;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EFAULT, "bad pointer");
	a.funcs = (unsigned long)&f;
	memset(a.name, 'a', sizeof(a.name));
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "name without an end");
	strcpy(a.name, "x");
	f.btf_id = func("meminfo_proc_show").btf_id;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "BTF id of another function");
	f.btf_id = ~0U;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "BTF id out of range");
	memset(f.symbol, 'a', sizeof(f.symbol));
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "symbol without an end");
	check(register_patch(fd, "x", "no_such_function_here", &id) == -ENOENT, "unknown function");
	check(register_patch(fd, "x", "__switch_to_asm", &id) < 0, "function that cannot be patched");
	check(call(fd, KLP_IOC_SWITCH, &s) == -EINVAL, "switch of nothing");
	check(change(fd, 12345, 0, NULL) == -ENOENT, "switch to an unknown record");
	s.nr_leave = ~0U;
	check(call(fd, KLP_IOC_SWITCH, &s) == -EINVAL, "switch with a wild count");
	check(status(fd, NULL, 0).nr == 0, "no record after all this");
	close(fd);
}

/*
 * Functions that do_exit() calls when the thread may already be off all task lists, if this
 * kernel has them and ftrace can patch them.
 */
static void test_out_of_reach(void)
{
	static const char *const names[] = {
		"proc_exit_connector", "mpol_put_task_policy", "debug_check_no_locks_held",
		"exit_io_context", "exit_task_stack_account", "check_stack_usage", "exit_rcu",
		"exit_tasks_rcu_finish", "exit_tasks_rcu_finish_trace", "lockdep_free_task",
		"do_task_dead",
	};
	int fd = device(), r, refused = 0;
	bool good = true;
	__u64 id;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct klp_uapi_func f = { .object = "vmlinux", .flags = KLP_FUNC_OPS };
		struct klp_ioc_register a = { .name = "x", .funcs = (unsigned long)&f, .nr = 1,
					      VMLINUX_ONLY };

		snprintf(f.symbol, sizeof(f.symbol), "%s", names[i]);
		r = call(fd, KLP_IOC_REGISTER, &a);
		if (r == -ENOENT || r == -ENXIO)
			printf("# '%s' is not there, or not for ftrace\n", names[i]);
		else
			good = good && r == -EOWNERDEAD && a.failed == 0;
		refused += r == -EOWNERDEAD;
	}
	check(good && refused >= 5, "functions of threads that are in no list any more");
	check(register_patch(fd, "x", "do_idle", &id) == -ELOOP, "one that an idle CPU never leaves");
	check(register_patch(fd, "x", "kthreadd", &id) == -ELOOP, "one that a kernel thread never leaves");
	check(!register_patch(fd, "x", "exit_notify", &id) || !register_patch(fd, "x", "release_task", &id),
	      "but not what comes before");
	close(fd);
}

/* Each table has one fault, everything else is correct. */
static void test_bad_tables(void)
{
	struct klp_uapi_object o[2] = { { .name = "vmlinux" }, { .name = "klp_no_such" } };
	struct klp_uapi_callback c[2] = { { .object = 0 }, { .object = 1, .when = KLP_POST_UNPATCH } };
	struct klp_uapi_state t[2] = { { .id = 1 }, { .id = 2 } };
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_register a = { .name = "x", .funcs = (unsigned long)&f, .nr = 1,
				      .objects = (unsigned long)o, .nr_objects = 2,
				      .callbacks = (unsigned long)c, .nr_callbacks = 2,
				      .states = (unsigned long)t, .nr_states = 2 };
	struct klp_ioc_objects q = { .objects = (unsigned long)o, .nr = 2 };
	int fd = device();

#define REFUSED(change, back, name) \
	change; check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, name); back
	REFUSED(a.nr_objects = 0, a.nr_objects = 2, "no objects");
	REFUSED(a.nr_objects = ~0U, a.nr_objects = 2, "too many objects");
	REFUSED(a.nr_callbacks = KLP_CALLBACKS_MAX + 1, a.nr_callbacks = 2, "too many callbacks");
	REFUSED(a.nr_states = KLP_STATES_MAX + 1, a.nr_states = 2, "too many states");
	REFUSED(a.reserved = 1, a.reserved = 0, "reserved field");
	REFUSED(o[1] = o[0], strcpy(o[1].name, "klp_no_such"), "an object twice");
	REFUSED(o[1].flags = 1, o[1].flags = 0, "flags of an object");
	REFUSED(o[1].name[0] = '\0', o[1].name[0] = 'k', "an object without a name");
	REFUSED(strcpy(f.object, "klp_no_such"), strcpy(f.object, "vmlinux"), "fmod_ret in a module");
	REFUSED(strcpy(o[0].name, "other"), strcpy(o[0].name, "vmlinux"), "a function of no object");
	REFUSED(c[0].object = 2, c[0].object = 0, "callback of no object");
	REFUSED(c[0].when = 4, c[0].when = 0, "callback at no time");
	REFUSED(c[0] = c[1], c[0] = (struct klp_uapi_callback){ 0 }, "a callback twice");
	REFUSED(t[0].id = 0, t[0].id = 1, "state without an id");
	REFUSED(t[0].id = 2, t[0].id = 1, "a state twice");
#undef REFUSED
	a.states = 8;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EFAULT, "bad pointer to states");
	a.states = (unsigned long)t;
	check(!call(fd, KLP_IOC_REGISTER, &a) && a.id, "all of it right");
	check(change(fd, a.id, 0, NULL) == -ENODATA, "callbacks that are not attached");
	memset(o, 0xff, sizeof(o));
	q.id = a.id;
	check(!call(fd, KLP_IOC_OBJECTS, &q) && q.nr == 2 && !strcmp(o[1].name, "klp_no_such") &&
	      o[0].flags == KLP_OBJECT_LOADED && !o[1].flags, "its objects");
	q.id = 12345;
	check(call(fd, KLP_IOC_OBJECTS, &q) == -ENOENT, "objects of no record");
	close(fd);
}

/* Two patches are enabled, and two are disabled, in one transition. */
static void test_several(void)
{
	struct klp_ioc_switch s = { .nr_enter = 2 };
	struct klp_uapi_patch rec[4];
	int fd = device();

	check(!register_patch(fd, "a", "cmdline_proc_show", &s.enter[0]) &&
	      !register_patch(fd, "b", "meminfo_proc_show", &s.enter[1]), "register two");
	s.enter[2] = s.enter[1];
	s.nr_enter = 3;
	check(call(fd, KLP_IOC_SWITCH, &s) == -EINVAL, "one of them twice");
	s.nr_enter = 2;
	check(!call(fd, KLP_IOC_SWITCH, &s) && wait_done(fd, s.transition) == 0, "both enter");
	check(status(fd, rec, 4).nr == 2 && rec[0].state == KLP_IN_FORCE &&
	      rec[1].state == KLP_IN_FORCE && rec[0].generation == rec[1].generation, "in force");
	memcpy(s.leave, s.enter, sizeof(s.leave));
	s.nr_leave = 2;
	s.nr_enter = 0;
	check(!call(fd, KLP_IOC_SWITCH, &s) && wait_done(fd, s.transition) == 0, "both leave");
	check(status(fd, NULL, 0).nr == 0, "nothing left of them");
	close(fd);
}

static void test_records(void)
{
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_register again = { .name = "a", .funcs = (unsigned long)&f, .nr = 1,
					  VMLINUX_ONLY };
	int fd = device(), other = device();
	__u64 a, b;

	check(!register_patch(fd, "a", "cmdline_proc_show", &a) && a, "register");
	check(register_patch(fd, "a", "cmdline_proc_show", &b) == -EEXIST, "the same name twice");
	check(call(fd, KLP_IOC_REGISTER, &again) == -EEXIST && again.failed == KLP_FAILED_NONE,
	      "an error that is about no function");
	check(!register_patch(other, "b", "cmdline_proc_show", &b) && b != a, "another name");
	check(status(fd, NULL, 0).nr == 2, "two records");
	close(other);
	check(status(fd, NULL, 0).nr == 1, "a record dies with its file");
	check(unregister(fd, b) == -ENOENT, "unregister of what is gone");
	check(!unregister(fd, a) && status(fd, NULL, 0).nr == 0, "unregister");
	close(fd);
}

static void test_transition(void)
{
	struct klp_uapi_patch rec[4];
	struct klp_ioc_status s;
	int fd = device();
	__u64 a, b, n, generation = status(fd, NULL, 0).generation;

	register_patch(fd, "a", "cmdline_proc_show", &a);
	check(!change(fd, a, 0, &n) && wait_done(fd, n) == 0, "enable completes");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].state == KLP_IN_FORCE && s.generation == generation + 1 &&
	      rec[0].generation == s.generation && !s.transition.number, "in force");
	check(unregister(fd, a) == -EBUSY, "no unregister of what is in force");
	check(change(fd, a, 0, NULL) == -EINVAL, "no second switch to it");
	close(fd);
	fd = device();
	check(status(fd, NULL, 0).nr == 1, "in force without any file");
	register_patch(fd, "b", "meminfo_proc_show", &b);
	check(!change(fd, b, a, &n) && wait_done(fd, n) == 0, "replace completes");
	s = status(fd, rec, 4);
	check(s.nr == 1 && rec[0].id == b, "only the new record is left");
	check(!change(fd, 0, b, &n) && wait_done(fd, n) == 0, "disable completes");
	check(status(fd, NULL, 0).nr == 0, "nothing left");
	close(fd);
}

/* Every reserved field and every undefined flag is refused, and nothing changes. */
static void test_reserved(void)
{
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_allow_fmod_ret o = {
		.funcs = (unsigned long)&f,
		.nr = 1,
		.reserved = 1U << 31,
	};
	struct klp_ioc_status s = { .reserved = 1U << 31 };
	struct klp_ioc_blockers b = { .flags = 1U << 31 };
	struct klp_ioc_objects q = { .reserved = 1U << 31 };
	struct klp_ioc_stack stack = { .size = 1, .flags = 1U << 31 };
	struct klp_ioc_hooks hooks = { .nr = 7, .reserved = 1U << 31 };
	struct klp_ioc_reverse r = { .reserved = 1U << 31 };
	struct klp_ioc_force force = { .reserved = 1U << 31 };
	struct klp_uapi_object object = { .name = "vmlinux", .reserved = 1U << 31 };
	struct klp_uapi_state state = { .id = 1, .reserved = 1U << 31 };
	struct klp_ioc_register a = { .name = "x", .funcs = (unsigned long)&f, .nr = 1, VMLINUX_ONLY };
	struct klp_ioc_switch sw = { .flags = 1U << 31 };
	int fd = device();

	check(call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) == -EINVAL, "reserved field of ALLOW_FMOD_RET");
	check(call(fd, KLP_IOC_STATUS, &s) == -EINVAL, "of STATUS");
	check(call(fd, KLP_IOC_BLOCKERS, &b) == -EINVAL, "of BLOCKERS");
	check(call(fd, KLP_IOC_OBJECTS, &q) == -EINVAL, "of OBJECTS");
	check(call(fd, KLP_IOC_STACK, &stack) == -EINVAL, "of STACK");
	check(call(fd, KLP_IOC_HOOKS, &hooks) == -EINVAL, "of HOOKS");
	hooks.reserved = 0;
	check(!call(fd, KLP_IOC_HOOKS, &hooks) && !hooks.nr, "no hook that nothing needs");
	check(call(fd, KLP_IOC_REVERSE, &r) == -EINVAL, "of REVERSE");
	check(call(fd, KLP_IOC_FORCE, &force) == -EINVAL, "of FORCE");
	check(call(fd, KLP_IOC_BARRIER, &s) == -EINVAL, "argument of BARRIER");
	a.objects = (unsigned long)&object;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "of an object");
	object.reserved = 0;
	a.states = (unsigned long)&state;
	a.nr_states = 1;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "of a state");
	a.nr_states = 0;
	f.reserved = 1U << 31;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "of a function");
	f.reserved = 0;
	f.flags = ~KLP_FUNC_OPS;
	check(call(fd, KLP_IOC_REGISTER, &a) == -EINVAL, "flags of a function");
	f.flags = 0;
	check(!call(fd, KLP_IOC_REGISTER, &a), "all of it right");
	sw.enter[sw.nr_enter++] = a.id;
	check(call(fd, KLP_IOC_SWITCH, &sw) == -EINVAL && !status(fd, NULL, 0).transition.number,
	      "of SWITCH");
	close(fd);
}

/* The rights of a process that inherited an open file but has no capability of its own. */
static int unprivileged(int fd, __u64 in_force)
{
	struct klp_uapi_func f = func("cmdline_proc_show");
	struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)&f, .nr = 1 };
	struct klp_ioc_force force = { .transition = 1 };
	__u64 id;

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 1;
	check(call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) == -EPERM,
	      "no ALLOW_FMOD_RET without capabilities");
	check(call(fd, KLP_IOC_CLAIM, NULL) == -EPERM, "no CLAIM");
	check(register_patch(fd, "x", "meminfo_proc_show", &id) == -EPERM, "no REGISTER");
	check(unregister(fd, in_force) == -EPERM, "no UNREGISTER");
	check(change(fd, 0, in_force, NULL) == -EPERM, "no SWITCH");
	check(reverse(fd, 1) == -EPERM, "no REVERSE");
	check(call(fd, KLP_IOC_FORCE, &force) == -EPERM, "no FORCE");
	check(status(fd, NULL, 0).nr == 1, "but it may look");
	return failures;
}

static void test_capabilities(void)
{
	int fd = device(), state = 1;
	__u64 a, n;
	pid_t pid;

	check(!register_patch(fd, "a", "cmdline_proc_show", &a) && !change(fd, a, 0, &n) &&
	      wait_done(fd, n) == 0, "a record in force");
	pid = fork();
	if (!pid)
		_exit(unprivileged(fd, a));
	waitpid(pid, &state, 0);
	check(!state, "the other process refused as it should be");
	check(!change(fd, 0, a, &n) && wait_done(fd, n) == 0, "and it can go");
	close(fd);
}

#define DONE_CHANGES	40
#define DONE_MODULES	20

/*
 * A file that is not read meanwhile: after many changes, module events and PROGRESS events, every
 * DONE is still there.
 */
static void test_done(void)
{
	struct klp_uapi_object o[2] = { { .name = "vmlinux" }, { .name = "test_klpd_target" } };
	struct klp_ioc_register a = { .name = "x", .objects = (unsigned long)o, .nr_objects = 2 };
	int fd = device(), reader = device(), done = 0, object = 0, progress = 0;
	__u64 numbers[DONE_CHANGES], b, last = 0;
	struct klp_uapi_event e;
	bool good, ordered = true;

	good = !call(fd, KLP_IOC_REGISTER, &a) && !change(fd, a.id, 0, &numbers[0]) &&
	       wait_done(fd, numbers[0]) == 0;
	for (int i = 1; i < DONE_CHANGES - 1; i += 2) {
		good = good && !register_patch(fd, "b", "meminfo_proc_show", &b) &&
		       !change(fd, b, 0, &numbers[i]) && wait_done(fd, numbers[i]) == 0;
		if (i < DONE_MODULES * 2)
			good = good && !system("modprobe test_klpd_target && rmmod test_klpd_target");
		good = good && !change(fd, 0, b, &numbers[i + 1]) &&
		       wait_done(fd, numbers[i + 1]) == 0;
	}
	check(good, "changes, and modules that come and go");
	check(!change(fd, 0, a.id, &numbers[DONE_CHANGES - 1]) &&
	      wait_done(fd, numbers[DONE_CHANGES - 1]) == 0, "the last one");
	while (read(reader, &e, sizeof(e)) == sizeof(e)) {
		object += e.type == KLP_EVENT_OBJECT;
		progress += e.type == KLP_EVENT_PROGRESS;
		if (e.type != KLP_EVENT_DONE)
			continue;
		ordered = ordered && done < DONE_CHANGES && e.transition == numbers[done] &&
			  e.transition > last;
		last = e.transition;
		done++;
	}
	printf("# events: %d DONE, %d OBJECT, %d PROGRESS\n", done, object, progress);
	check(done == DONE_CHANGES && ordered, "no DONE is lost, and they come in order");
	check(object == 1 && progress <= 1, "of the others one is left");
	close(reader);
	close(fd);
}

static void test_allow_fmod_ret(void)
{
	struct klp_uapi_func f[2] = { func("cmdline_proc_show"), func("cmdline_proc_show") };
	struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)f, .nr = 2 };
	int fd = device();
	__u32 used = status(fd, NULL, 0).fmod_ret_used;

	check(!call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) && o.fmod_ret_used == used + 1,
	      "enabling twice takes one entry");
	check(!call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) && o.fmod_ret_used == used + 1,
	      "and none when repeated");
	f[1] = func("no_such_function_here");
	check(call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) == -ENOENT && o.failed == 1,
	      "says which one failed");
	used = status(fd, NULL, 0).fmod_ret_used;
	f[1] = func("cmdline_proc_show");
	f[1].flags = KLP_FUNC_OPS;
	check(call(fd, KLP_IOC_ALLOW_FMOD_RET, &o) == -EINVAL && o.failed == 1,
	      "not one with a guard");
	check(status(fd, NULL, 0).fmod_ret_used == used, "which takes no entry");
	close(fd);
}

static int enabled_enough, loads, loads_refused;

/*
 * Load programs for a function that is enabled for fmod_ret. The verifier searches the kernel's
 * set.
 */
static void *loader(void *arg)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_MODIFY_RETURN,
		    .attach_btf_id = *(__u32 *)arg);

	while (!__atomic_load_n(&enabled_enough, __ATOMIC_RELAXED)) {
		int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "loader", "GPL", insns, 2, &opts);

		__atomic_add_fetch(fd < 0 ? &loads_refused : &loads, 1, __ATOMIC_RELAXED);
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

/*
 * Enable every function of the kernel that can be enabled for fmod_ret, until the cap refuses;
 * kfuncs must still work then. Meanwhile programs are loaded for an enabled function, and none of
 * the loads may fail.
 */
static void test_fmod_ret_cap(void)
{
	__u32 enabled = func("cmdline_proc_show").btf_id;
	pthread_t threads[2];
	unsigned int n = btf__type_cnt(btf), added = 0;
	int fd = device(), r = 0;
	__u32 used = 0;

	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, loader, &enabled);
	for (unsigned int id = 1; id < n && r != -ENOSPC && added < 1000; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		struct klp_uapi_func f = { .object = "vmlinux", .btf_id = id };
		struct klp_ioc_allow_fmod_ret o = { .funcs = (unsigned long)&f, .nr = 1 };

		if (!btf_is_func(t))
			continue;
		snprintf(f.symbol, sizeof(f.symbol), "%s", btf__name_by_offset(btf, t->name_off));
		r = call(fd, KLP_IOC_ALLOW_FMOD_RET, &o);
		added += !r;
		used = o.fmod_ret_used;
	}
	__atomic_store_n(&enabled_enough, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	check(loads && !loads_refused, "programs can be loaded all the time");
	check(r == -ENOSPC && used == KLP_FMOD_RET_CAP, "the cap holds");
	check(added > 100, "and many could be enabled");
	close(fd);
}

int main(void)
{
	companion_begin("companion");
	test_hello();
	test_claim();
	test_bad_input();
	test_out_of_reach();
	test_bad_tables();
	test_several();
	test_records();
	test_transition();
	test_reserved();
	test_capabilities();
	test_done();
	test_allow_fmod_ret();
	test_fmod_ret_cap();
	return companion_end();
}
