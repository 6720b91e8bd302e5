// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to be patched: /proc/klp_target, whose klp_target_show() patches take. It says in the trace
 * when its init and its exit run, between what callbacks say there.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/version.h>

/* Not trace_puts(), which warns the reader of the log that somebody is debugging the kernel. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define target_say(text)	__trace_puts(_THIS_IP_, text, sizeof(text) - 1)
#else
#define target_say(text)	__trace_puts(_THIS_IP_, text)
#endif

int klp_target_alias(struct seq_file *m, void *v);

static noinline int klp_target_show(struct seq_file *m, void *v)
{
	seq_puts(m, "klp_target: original output\n");
	return 0;
}

/* Another name of it. */
int klp_target_alias(struct seq_file *m, void *v) __attribute__((alias("klp_target_show")));

static int __init klp_target_init(void)
{
	target_say("klp-test: klp_target init\n");
	return proc_create_single("klp_target", 0, NULL, klp_target_show) ? 0 : -ENOMEM;
}

static void __exit klp_target_exit(void)
{
	target_say("klp-test: klp_target exit\n");
	remove_proc_entry("klp_target", NULL);
}

module_init(klp_target_init);
module_exit(klp_target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module with a function to be patched");
