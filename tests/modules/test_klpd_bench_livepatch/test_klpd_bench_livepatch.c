// SPDX-License-Identifier: GPL-2.0-only
/*
 * For measurements: a kernel livepatch of the functions that the patches bench-* patch. n=0
 * patches jiffies64_to_nsecs() and down_killable(), in which the tasks of test_klpd_sleepers can
 * block it; n=1, 10 or 100 patches that many system calls. It atomically replaces other
 * livepatches.
 */
#include <linux/errno.h>
#include <linux/linkage.h>
#include <linux/livepatch.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/semaphore.h>

#include "functions.h"

static unsigned int n;
module_param(n, uint, 0444);

static u64 bench_jiffies(u64 j)
{
	return 7;
}

static int bench_down_killable(struct semaphore *sem)
{
	return -EINTR;
}

static struct klp_func bench_call[] = {
	{ .old_name = "jiffies64_to_nsecs", .new_func = bench_jiffies },
	{ .old_name = "down_killable", .new_func = bench_down_killable },
	{ }
};

#define BENCH_DEFINE(name) \
	static long bench_##name(const struct pt_regs *regs) \
	{ \
		return -ENOSYS; \
	}
BENCH_100(BENCH_DEFINE)

#define BENCH_FUNC(name) { .old_name = "__x64_sys_" #name, .new_func = bench_##name },
static struct klp_func bench_many[] = {
	BENCH_100(BENCH_FUNC)
	{ }
};

static struct klp_object bench_objects[] = {
	{ .funcs = bench_call },	/* vmlinux */
	{ }
};

static struct klp_patch bench_patch = {
	.mod = THIS_MODULE,
	.objs = bench_objects,
	.replace = true,
};

static int __init bench_init(void)
{
	if (n) {
		bench_objects[0].funcs = bench_many;
		bench_many[min_t(size_t, n, ARRAY_SIZE(bench_many) - 1)] = (struct klp_func){ };
	}
	return klp_enable_patch(&bench_patch);
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For measurements of klpd: a kernel livepatch");
MODULE_INFO(livepatch, "Y");
