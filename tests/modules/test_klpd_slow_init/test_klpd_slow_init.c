// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module to be patched that takes long to load. Where the parameter `hold` says, it makes
 * /proc/test_klpd_slow_init and waits until a write to that file:
 *
 *   args  while the kernel reads its parameters, before its files in sysfs exist
 *   init  in its init function
 *   fail  the same, and then its init fails
 *
 * test_klpd_slow_init_show(), which reads of the file call, is what patches target.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>

static DECLARE_COMPLETION(slow_told);
static struct proc_dir_entry *slow_file;
static char slow_where[8];

static noinline int test_klpd_slow_init_show(struct seq_file *m, void *v)
{
	seq_puts(m, "test_klpd_slow_init: original output\n");
	return 0;
}

static int slow_open(struct inode *inode, struct file *file)
{
	return single_open(file, test_klpd_slow_init_show, NULL);
}

static ssize_t slow_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	complete_all(&slow_told);
	return size;
}

static const struct proc_ops slow_ops = {
	.proc_open = slow_open,
	.proc_read = seq_read,
	.proc_write = slow_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int slow_hold(void)
{
	slow_file = proc_create("test_klpd_slow_init", 0600, NULL, &slow_ops);
	return slow_file ? wait_for_completion_killable(&slow_told) : -ENOMEM;
}

static int slow_set(const char *value, const struct kernel_param *kp)
{
	strscpy(slow_where, value, sizeof(slow_where));
	strreplace(slow_where, '\n', '\0');
	return strcmp(slow_where, "args") ? 0 : slow_hold();
}

static const struct kernel_param_ops slow_param_ops = { .set = slow_set };
module_param_cb(hold, &slow_param_ops, NULL, 0);

static int __init slow_init(void)
{
	int r = slow_file ? 0 : slow_hold();

	if (!r && !strcmp(slow_where, "fail"))
		r = -ENODEV;
	if (r)
		proc_remove(slow_file);
	return r;
}

static void __exit slow_exit(void)
{
	proc_remove(slow_file);
}

module_init(slow_init);
module_exit(slow_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("For tests of klpd: a module that takes long to load");
