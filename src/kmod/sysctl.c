// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel settings, for callbacks. The owner of a setting in the kernel parses and checks each
 * value, as for sysctl(8). A kernel thread makes the access, so that it is always made as root in
 * the initial namespaces, whether a callback runs for klpd, for a work item or for the loader of a
 * module. It uses its own mount of proc, so that the mounts of the system do not matter.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "sysctl.h"

#define SYSCTL_TEXT_MAX	4096

static struct workqueue_struct *sysctl_wq;
static atomic_t sysctl_calls = ATOMIC_INIT(0);

struct sysctl_call {
	struct work_struct work;
	const char *path;	/* relative to proc */
	char *buf;
	u32 size;
	bool write;
	int result;
};

/* Only names of directories and a file, so that the path stays below /proc/sys. */
static char *sysctl_path(const char *name)
{
	if (!*name || *name == '/' || strstr(name, "..") || strlen(name) > NAME_MAX)
		return NULL;
	return kasprintf(GFP_KERNEL, "sys/%s", name);
}

static int sysctl_do(struct vfsmount *proc, struct sysctl_call *c)
{
	struct path root = { .mnt = proc, .dentry = proc->mnt_root };
	struct file *file = file_open_root(&root, c->path, c->write ? O_WRONLY : O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = c->write ? kernel_write(file, c->buf, c->size, &pos) :
		       kernel_read(file, c->buf, c->size, &pos);
	fput(file);
	if (n < 0)
		return n;
	return c->write && n != c->size ? -EIO : n;
}

static void sysctl_work(struct work_struct *work)
{
	struct sysctl_call *c = container_of(work, struct sysctl_call, work);
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *proc;

	if (!type) {
		c->result = -ENODEV;
		return;
	}
	proc = kern_mount(type);
	module_put(type->owner);
	if (IS_ERR(proc)) {
		c->result = PTR_ERR(proc);
		return;
	}
	c->result = sysctl_do(proc, c);
	kern_unmount(proc);
}

static int sysctl_call(const char *name, char *buf, u32 size, bool write)
{
	struct sysctl_call c = { .buf = buf, .size = size, .write = write };
	char *path = sysctl_path(name);

	if (!path)
		return -EINVAL;
	c.path = path;
	INIT_WORK_ONSTACK(&c.work, sysctl_work);
	atomic_inc(&sysctl_calls);
	queue_work(sysctl_wq, &c.work);
	flush_work(&c.work);
	atomic_dec(&sysctl_calls);
	destroy_work_on_stack(&c.work);
	kfree(path);
	return c.result;
}

int klpm_sysctl_read(const char *name, char *buf, u32 size)
{
	int r;

	if (!size || size > SYSCTL_TEXT_MAX)
		return -EINVAL;
	r = sysctl_call(name, buf, size - 1, false);
	buf[max(r, 0)] = '\0';
	return r;
}

int klpm_sysctl_write(const char *name, const char *text, u32 size)
{
	char *copy;
	int r;

	if (!size || size > SYSCTL_TEXT_MAX)
		return -EINVAL;
	copy = kstrndup(text, size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	r = sysctl_call(name, copy, strlen(copy), true);
	kfree(copy);
	return min(r, 0);
}

bool klpm_sysctl_is_busy(void)
{
	return atomic_read(&sysctl_calls) > 0;
}

int klpm_sysctl_init(void)
{
	/* Not the work queue of transitions, because the caller may run on that one. */
	sysctl_wq = alloc_workqueue("klp_sysctl", WQ_UNBOUND, 1);
	return sysctl_wq ? 0 : -ENOMEM;
}

void klpm_sysctl_exit(void)
{
	destroy_workqueue(sysctl_wq);
}
