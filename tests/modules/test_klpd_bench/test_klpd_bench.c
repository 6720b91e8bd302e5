// SPDX-License-Identifier: GPL-2.0-only
/*
 * For measurements. Reading the parameter `per_call` calls jiffies64_to_nsecs() many times and
 * returns the duration of one call in thousandths of a nanosecond (in a guest of `run --icount`:
 * thousandths of an instruction), then what the function returns for 1. Interrupts are off during
 * a round, and the best of several rounds counts, so that the result includes nothing else.
 * `per_call_asleep` measures the same with interrupts on, for sleepable bodies: a round is much
 * shorter than a tick.
 */
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#define BENCH_ROUNDS	20
#define BENCH_CALLS	1000

/*
 * Declared under another name: with the kernel's own declaration the compiler could replace all
 * the calls by one.
 */
u64 bench_function(u64 value) __asm__("jiffies64_to_nsecs");

static u64 bench_calls(void)
{
	u64 sum = 0, t = ktime_get_ns();
	int i;

	for (i = 0; i < BENCH_CALLS; i++)
		sum += bench_function(i);
	t = ktime_get_ns() - t;
	OPTIMIZER_HIDE_VAR(sum);
	return t;
}

static u64 bench_round(bool asleep)
{
	unsigned long flags;
	u64 t;

	if (asleep)
		return bench_calls();
	local_irq_save(flags);
	t = bench_calls();
	local_irq_restore(flags);
	return t;
}

static int bench_per_call(char *buf, const struct kernel_param *kp)
{
	u64 best = U64_MAX;
	int i;

	for (i = 0; i < BENCH_ROUNDS; i++)
		best = min(best, bench_round(kp->arg));
	return sysfs_emit(buf, "%llu %llu\n", best * 1000 / BENCH_CALLS, bench_function(1));
}

static const struct kernel_param_ops bench_per_call_ops = { .get = bench_per_call };
module_param_cb(per_call, &bench_per_call_ops, NULL, 0400);
module_param_cb(per_call_asleep, &bench_per_call_ops, (void *)true, 0400);

static int __init bench_init(void)
{
	return 0;
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For measurements of klpd: how long a call of a function takes");
