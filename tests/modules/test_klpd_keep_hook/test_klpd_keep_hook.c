// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes ftrace fail for users that may redirect a function (IPMODIFY); BPF trampolines are
 * excluded, because they do not expect such failures.
 *
 * While the parameter `keep` is set, unregistering such an ftrace_ops and changing the filter of
 * a registered one fail with -ENOMEM. The next `again` registrations of such an ftrace_ops fail
 * with -EAGAIN, as if a BPF trampoline of the function were being changed at that moment.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static bool keep;
module_param(keep, bool, 0644);
static int again;
module_param(again, int, 0644);

static int keeps_return(struct pt_regs *regs, long value)
{
	regs->ax = value;
	regs->ip = *(unsigned long *)regs->sp;
	regs->sp += sizeof(unsigned long);
	return 1;
}

/* unregister_ftrace_function(ops) */
static int keeps_ops(struct kprobe *p, struct pt_regs *regs)
{
	const struct ftrace_ops *ops = (void *)regs->di;

	return READ_ONCE(keep) && ops->flags & FTRACE_OPS_FL_IPMODIFY ? keeps_return(regs, -ENOMEM) : 0;
}

/* ftrace_set_filter_ips(ops, ips, cnt, remove, reset) */
static int keeps_filter(struct kprobe *p, struct pt_regs *regs)
{
	const struct ftrace_ops *ops = (void *)regs->di;

	return READ_ONCE(keep) && ops->flags & FTRACE_OPS_FL_IPMODIFY &&
		       ops->flags & FTRACE_OPS_FL_ENABLED ? keeps_return(regs, -ENOMEM) : 0;
}

/* register_ftrace_function(ops) */
static int keeps_register(struct kprobe *p, struct pt_regs *regs)
{
	const struct ftrace_ops *ops = (void *)regs->di;

	if (READ_ONCE(again) <= 0 || !(ops->flags & FTRACE_OPS_FL_IPMODIFY))
		return 0;
	again--;
	return keeps_return(regs, -EAGAIN);
}

/* The post_handler makes these IPMODIFY kprobes, which may change the instruction pointer. */
static void keeps_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe keeps_probes[] = {
	{ .symbol_name = "unregister_ftrace_function", .pre_handler = keeps_ops,
	  .post_handler = keeps_after },
	{ .symbol_name = "ftrace_set_filter_ips", .pre_handler = keeps_filter,
	  .post_handler = keeps_after },
	{ .symbol_name = "register_ftrace_function", .pre_handler = keeps_register,
	  .post_handler = keeps_after },
};
static struct kprobe *keeps_all[] = { &keeps_probes[0], &keeps_probes[1], &keeps_probes[2] };

static int __init keeps_init(void)
{
	return register_kprobes(keeps_all, ARRAY_SIZE(keeps_all));
}

static void __exit keeps_exit(void)
{
	keep = false;
	again = 0;
	unregister_kprobes(keeps_all, ARRAY_SIZE(keeps_all));
}

module_init(keeps_init);
module_exit(keeps_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: ftrace keeps what it has, and is busy");
