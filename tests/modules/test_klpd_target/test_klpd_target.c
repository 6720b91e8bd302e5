// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to be patched: /proc/test_klpd_target, whose test_klpd_target_show() patches target.
 * It writes a line to the trace when its init and its exit run, between the lines that callbacks
 * write there.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/version.h>

/* Not trace_puts(), which makes the kernel log a warning that it is being debugged. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define target_say(text)	__trace_puts(_THIS_IP_, text, sizeof(text) - 1)
#else
#define target_say(text)	__trace_puts(_THIS_IP_, text)
#endif

int test_klpd_target_alias(struct seq_file *m, void *v);

static noinline int test_klpd_target_show(struct seq_file *m, void *v)
{
	seq_puts(m, "test_klpd_target: original output\n");
	return 0;
}

/* A second name of the same function. */
int test_klpd_target_alias(struct seq_file *m, void *v) __attribute__((alias("test_klpd_target_show")));

static int __init test_klpd_target_init(void)
{
	target_say("klp-test: test_klpd_target init\n");
	return proc_create_single("test_klpd_target", 0, NULL, test_klpd_target_show) ? 0 : -ENOMEM;
}

static void __exit test_klpd_target_exit(void)
{
	target_say("klp-test: test_klpd_target exit\n");
	remove_proc_entry("test_klpd_target", NULL);
}

module_init(test_klpd_target_init);
module_exit(test_klpd_target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module with a function to be patched");
