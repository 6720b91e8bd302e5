// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that sleeps in a struct_ops program that does not belong to klp.ko (kmod-dozer.bpf.c,
 * whose type comes from the test module test_klpd_calls) blocks no change: it moves while it
 * sleeps, and sleeps on. Loads and unloads test_klpd_calls.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>

#include "companion.h"
#include "kmod-dozer.skel.h"

static pid_t dozer_tid;
static int dozed = -2;

static void *doze(void *arg)
{
	FILE *f = fopen("/proc/klp_doze", "r");
	int value = -3;

	(void)arg;
	__atomic_store_n(&dozer_tid, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	if (!f || fscanf(f, "%d", &value) != 1)
		value = -3;
	if (f)
		fclose(f);
	__atomic_store_n(&dozed, value, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_asleep(void)
{
	char path[64], text[4096] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stack",
		 __atomic_load_n(&dozer_tid, __ATOMIC_ACQUIRE));
	f = fopen(path, "r");
	if (!f)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return strstr(text, "test_klpd_calls_sleep");
}

static void test_dozer(void)
{
	struct kmod_dozer *skel = kmod_dozer__open_and_load();
	struct bpf_link *link = skel ? bpf_map__attach_struct_ops(skel->maps.dozer) : NULL;
	int fd = device(), leave;
	pthread_t thread;
	__u64 id, n;

	check(link, "a struct_ops type that is not klp.ko's");
	if (!link)
		return;
	pthread_create(&thread, NULL, doze, NULL);
	while (!is_asleep() && __atomic_load_n(&dozed, __ATOMIC_ACQUIRE) == -2)
		sched_yield();
	check(!register_patch(fd, "awake", "cmdline_proc_show", &id) && !change(fd, id, 0, &n) &&
	      wait_done(fd, n) == 0, "a change completes");
	check(is_asleep(), "and does not wake it");
	check(!change(fd, 0, id, &n) && wait_done(fd, n) == 0 && is_asleep(), "nor does the way back");
	leave = open("/sys/module/test_klpd_calls/parameters/leave", O_WRONLY);
	check(leave >= 0 && write(leave, "1", 1) == 1, "it is told to leave");
	pthread_join(thread, NULL);
	check(dozed == 7, "it ends as it would have");
	close(leave);
	close(fd);
	bpf_link__destroy(link);
	kmod_dozer__destroy(skel);
}

int main(void)
{
	companion_begin("dozer");
	if (system("modprobe test_klpd_calls"))
		companion_skip("no module test_klpd_calls");
	test_dozer();
	/* The kernel frees the struct_ops map asynchronously. */
	while (system("rmmod test_klpd_calls 2>/dev/null"))
		usleep(50000);
	return companion_end();
}
