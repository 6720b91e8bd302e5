// SPDX-License-Identifier: GPL-2.0-only
/*
 * Override bodies through /dev/klp and libbpf, without klpd. The whole value is returned,
 * arguments arrive unchanged, and no call is missed however often the body is interrupted and
 * preempted. Transitions complete although the body runs all the time. Invalid bodies are
 * refused.
 */
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "companion.h"
#include "kmod-override.skel.h"

#define CALLERS	3
#define CHANGES	5

static struct kmod_override *skel;
static struct bpf_link *body;

static __u64 register_override(int fd)
{
	struct klp_uapi_func f = { .object = "vmlinux", .flags = KLP_FUNC_OPS };
	struct klp_ioc_register a = { .name = "override", .funcs = (unsigned long)&f, .nr = 1, VMLINUX_ONLY };

	snprintf(f.symbol, sizeof(f.symbol), "hrtimer_nanosleep");
	return call(fd, KLP_IOC_REGISTER, &a) ? 0 : a.id;
}

/* The original sleeps for `ns` and returns 0. */
static long nap_for(long ns)
{
	struct timespec t = { .tv_nsec = ns };

	return syscall(SYS_nanosleep, &t, NULL);
}

/* Load only this map and attach it without a patch. Returns -errno of the load or of the attach. */
static int refusal(const char *map)
{
	struct kmod_override *s = kmod_override__open();
	struct bpf_link *link = NULL;
	struct bpf_map *m;
	int r;

	bpf_object__for_each_map(m, s->obj)
		if (bpf_map__type(m) == BPF_MAP_TYPE_STRUCT_OPS)
			bpf_map__set_autocreate(m, !strcmp(bpf_map__name(m), map));
	bpf_program__set_autoload(s->progs.guard_nap, !strcmp(map, "both"));
	bpf_program__set_autoload(s->progs.override_nap, strcmp(map, "asleep") != 0);
	bpf_program__set_autoload(s->progs.guard_asleep, !strcmp(map, "asleep"));
	r = kmod_override__load(s);
	if (!r) {
		link = bpf_map__attach_struct_ops(bpf_object__find_map_by_name(s->obj, map));
		r = link ? 0 : -errno;
	}
	bpf_link__destroy(link);
	kmod_override__destroy(s);
	return r;
}

static void test_values(void)
{
	static const __u64 values[] = { 1, 0x7fffffff, 1ULL << 32, 0x123456789abcULL };
	bool good = true;

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		skel->bss->nap_result = values[i];
		good = good && (__u64)nap_for(1) == values[i];
	}
	check(good, "any value is returned as it is");
	skel->bss->nap_result = (__u64)-EXDEV;
	check(nap_for(1) == -1 && errno == EXDEV, "errors too");
	skel->bss->nap_result = 0;
	check(nap_for(0) == 0 && nap_for(123456789) == 123456789, "and what it was called with");
}

static int enough, missed;

static void *caller(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED))
		if (nap_for(1) != 42)
			__atomic_store_n(&missed, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Start all callers on one CPU. */
static void callers_start(pthread_t *threads)
{
	pthread_attr_t attr;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(one), &one);
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], &attr, caller, NULL);
	pthread_attr_destroy(&attr);
}

/* Change patches while some caller is always in the body. */
static void test_under_load(int fd, __u64 id)
{
	pthread_t threads[CALLERS];
	__u64 before = skel->bss->naps, n, other;
	bool good = true;

	skel->bss->nap_result = 42;
	skel->bss->spin = 100000;
	callers_start(threads);
	for (int i = 0; good && i < CHANGES; i++)
		good = !register_patch(fd, "other", "cmdline_proc_show", &other) &&
		       !change(fd, other, 0, &n) && wait_done(fd, n) == 0 &&
		       !change(fd, 0, other, &n) && wait_done(fd, n) == 0;
	check(good, "other changes complete while it runs all the time");
	check(!missed && skel->bss->naps > before, "no call is missed");
	check(!change(fd, 0, id, &n), "one of its own begins");
	good = reverse(fd, n) == 0 || errno == ENOENT;
	check(good && wait_done(fd, n) >= 0, "and ends, to or fro");
	__atomic_store_n(&enough, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	skel->bss->spin = 0;
}

static void test_life(void)
{
	struct klp_uapi_patch rec[2];
	int fd = device();
	__u64 id = register_override(fd), n;

	body = id ? bpf_map__attach_struct_ops(skel->maps.nap) : NULL;
	check(body, "attach");
	check(nap_for(1) == 0, "nothing happens yet");
	check(!change(fd, id, 0, &n) && wait_done(fd, n) == 0, "switch");
	test_values();
	bpf_link__destroy(body);
	check(nap_for(1) == 0 && status(fd, rec, 2).nr == 1 && rec[0].flags & KLP_PATCH_BROKEN,
	      "a body that is taken away is told of");
	check(!change(fd, 0, id, &n) && wait_done(fd, n) == 0 && status(fd, NULL, 0).nr == 0,
	      "and the rest can go");
	id = register_override(fd);
	body = id ? bpf_map__attach_struct_ops(skel->maps.nap) : NULL;
	check(body && !change(fd, id, 0, &n) && wait_done(fd, n) == 0, "once more");
	test_under_load(fd, id);
	if (status(fd, rec, 2).nr)
		check(!change(fd, 0, id, &n) && wait_done(fd, n) == 0, "out of force");
	check(nap_for(1) == 0 && status(fd, NULL, 0).nr == 0, "nothing is left");
	bpf_link__destroy(body);
	close(fd);
}

int main(void)
{
	companion_begin("override");
	libbpf_set_print(NULL);
	check(refusal("nap") == -ENOENT, "an override body lacks but a record");
	check(refusal("both") == -EINVAL, "one that is both kinds is refused");
	check(refusal("asleep") == -EINVAL, "and a guard that sleeps");
	skel = kmod_override__open();
	bpf_map__set_autocreate(skel->maps.both, false);
	bpf_map__set_autocreate(skel->maps.asleep, false);
	bpf_program__set_autoload(skel->progs.guard_nap, false);
	bpf_program__set_autoload(skel->progs.guard_asleep, false);
	if (kmod_override__load(skel))
		companion_die("load");
	test_life();
	kmod_override__destroy(skel);
	return companion_end();
}
