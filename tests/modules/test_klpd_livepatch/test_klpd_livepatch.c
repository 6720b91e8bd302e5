// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: a foreign hook that decides what cmdline_proc_show() does. By default it is a kernel
 * livepatch; with kprobe=1 it is a kprobe that may change the instruction pointer (because it has
 * a post_handler), which is removed with the module.
 */
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static bool kprobe;
module_param(kprobe, bool, 0444);

static int rival_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "this is the rival\n");
	return 0;
}

static struct klp_func rival_funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = rival_cmdline_proc_show },
	{ }
};

static struct klp_object rival_objects[] = {
	{ .funcs = rival_funcs },	/* vmlinux */
	{ }
};

static struct klp_patch rival_patch = { .mod = THIS_MODULE, .objs = rival_objects };

static void rival_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe rival_kprobe = {
	.symbol_name = "cmdline_proc_show",
	.post_handler = rival_after,
};

static int __init rival_init(void)
{
	return kprobe ? register_kprobe(&rival_kprobe) : klp_enable_patch(&rival_patch);
}

static void __exit rival_exit(void)
{
	if (kprobe)
		unregister_kprobe(&rival_kprobe);
}

module_init(rival_init);
module_exit(rival_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a kernel livepatch or a kprobe on cmdline_proc_show()");
MODULE_INFO(livepatch, "Y");
