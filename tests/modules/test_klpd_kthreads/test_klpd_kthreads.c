// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parks tasks in the kernel, for the guest tests: kernel threads, user workers, and the writing
 * task itself. A task is first "inside", below srcu_notifier_call_chain(), which nothing else in
 * a guest uses and which can be patched; then "outside", in a function of this module; then it
 * ends. A task takes a step only on the command "go": after a wake-up for another reason it
 * sleeps again in the same place.
 *
 * /proc/test_klpd_kthreads, one command a write:
 *
 *	kthread HOW		a kernel thread
 *	worker HOW		a user worker (as io_uring and vhost have) of the writing process
 *	enter HOW		the writer itself; the write returns when it has ended
 *	go PID			one step
 *
 * HOW is how the task waits: "sleep" interruptibly, "deaf" uninterruptibly, "run" all the time,
 * with scheduling points. The suffix "-outside" skips the first step. "brood" sleeps; its first
 * "go" makes it create a worker, its child, which goes inside and sleeps, while the parent stays
 * inside for one more step. A read returns "PID PLACE HOW" for each task.
 *
 * Locks: park_lock protects the list; a parked task never holds it. A task is reaped by the "go"
 * that ends it, or when the module is unloaded.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/vhost_task.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

enum place { COMING, INSIDE, OUTSIDE, ENDED };

struct parked {
	struct list_head list;
	struct task_struct *task;	/* kthread: holds a reference */
	struct vhost_task *worker;
	pid_t pid;
	char how[32];
	enum place told, at;
	wait_queue_head_t wait;
};

static LIST_HEAD(park_list);
static DEFINE_MUTEX(park_lock);
static struct srcu_notifier_head park_chain;
static struct proc_dir_entry *park_file;

static bool park_is_told(struct parked *p, enum place place)
{
	return smp_load_acquire(&p->told) > place;
}

static int park_breed(struct parked *p);

/* Stay until told to leave this place. Only a signal to a user task ends the wait earlier. */
static noinline int park_stay(struct parked *p, enum place place)
{
	int r = 0;

	smp_store_release(&p->at, place);
	wake_up_all(&p->wait);
	if (!strncmp(p->how, "run", 3)) {
		while (!park_is_told(p, place))
			cond_resched_tasks_rcu_qs();
	} else if (!strncmp(p->how, "deaf", 4)) {
		wait_event(p->wait, park_is_told(p, place));
	} else {
		r = wait_event_interruptible(p->wait, park_is_told(p, place));
	}
	return r;
}

static int park_inside(struct notifier_block *nb, unsigned long val, void *data)
{
	struct parked *p = data;
	int r = park_stay(p, INSIDE);

	if (!r && !strcmp(p->how, "brood")) {
		r = park_breed(p);
		smp_store_release(&p->told, INSIDE);
		if (!r)
			r = park_stay(p, INSIDE);
	}
	return notifier_from_errno(r);
}

static struct notifier_block park_notifier = { .notifier_call = park_inside };

/* Run all steps of a task. Returns 0, or -errno if a signal ended it. */
static int park_live(struct parked *p)
{
	int r = 0;

	p->pid = task_pid_nr(current);
	if (!park_is_told(p, INSIDE))
		r = notifier_to_errno(srcu_notifier_call_chain(&park_chain, 0, p));
	if (!r)
		r = park_stay(p, OUTSIDE);
	smp_store_release(&p->at, ENDED);
	wake_up_all(&p->wait);
	return r;
}

static int park_kthread(void *arg)
{
	park_live(arg);
	return 0;
}

/* Called repeatedly, parks the task once. Then the worker sleeps until vhost_task_stop(). */
static bool park_work(void *arg)
{
	struct parked *p = arg;

	if (smp_load_acquire(&p->at) == COMING) {
		/* The caller has prepared to sleep, and a parked task sleeps in its own way. */
		__set_current_state(TASK_RUNNING);
		park_live(p);
	}
	return false;
}

/* The process of the worker was killed. The worker leaves by itself. */
static void park_killed(void *arg)
{
}

static struct parked *park_new(const char *how)
{
	struct parked *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	strscpy(p->how, how, sizeof(p->how));
	p->told = strstr(how, "-outside") ? OUTSIDE : INSIDE;
	init_waitqueue_head(&p->wait);
	return p;
}

static void park_list_add(struct parked *p)
{
	mutex_lock(&park_lock);
	list_add_tail(&p->list, &park_list);
	mutex_unlock(&park_lock);
}

static int park_start_kthread(struct parked *p)
{
	struct task_struct *t = kthread_create(park_kthread, p, "klpd_parked");

	if (IS_ERR(t))
		return PTR_ERR(t);
	p->task = get_task_struct(t);
	wake_up_process(t);
	wait_event(p->wait, smp_load_acquire(&p->at) != COMING);
	return 0;
}

static int park_start_worker(struct parked *p)
{
	struct vhost_task *v = vhost_task_create(park_work, park_killed, p, "klpd_parked");

	if (IS_ERR_OR_NULL(v))
		return v ? PTR_ERR(v) : -ENOMEM;
	p->worker = v;
	vhost_task_start(v);
	wait_event(p->wait, smp_load_acquire(&p->at) != COMING);
	return 0;
}

static int park_breed(struct parked *p)
{
	struct parked *child = park_new("sleep");
	int r;

	if (!child)
		return -ENOMEM;
	r = park_start_worker(child);
	if (r) {
		kfree(child);
		return r;
	}
	park_list_add(child);
	return 0;
}

/* ENDED ends every wait of a parked task, so the stop functions below return. */
static void park_reap(struct parked *p)
{
	smp_store_release(&p->told, ENDED);
	wake_up_all(&p->wait);
	if (p->task) {
		kthread_stop(p->task);
		put_task_struct(p->task);
	} else if (p->worker) {
		vhost_task_stop(p->worker);
	}
	kfree(p);
}

static int park_go(pid_t pid)
{
	struct parked *p, *last = NULL;

	mutex_lock(&park_lock);
	list_for_each_entry(p, &park_list, list) {
		if (p->pid != pid)
			continue;
		if (p->at == INSIDE || (!p->task && !p->worker)) {
			smp_store_release(&p->told, p->told + 1);
			wake_up_all(&p->wait);
		} else {
			list_del(&p->list);
			last = p;
		}
		break;
	}
	pid = list_entry_is_head(p, &park_list, list) ? -ESRCH : 0;
	mutex_unlock(&park_lock);
	if (last)
		park_reap(last);
	return pid;
}

/* Park the writer. It frees its own entry. */
static int park_enter(struct parked *p)
{
	int r;

	p->pid = task_pid_nr(current);
	park_list_add(p);
	r = park_live(p);
	mutex_lock(&park_lock);
	list_del(&p->list);
	mutex_unlock(&park_lock);
	kfree(p);
	return r;
}

static int park_command(char *line)
{
	char *verb = strsep(&line, " "), *rest = line ? strim(line) : "";
	struct parked *p;
	int pid, r;

	if (!strcmp(verb, "go"))
		return kstrtoint(rest, 10, &pid) ?: park_go(pid);
	p = park_new(rest);
	if (!p)
		return -ENOMEM;
	if (!strcmp(verb, "enter"))
		return park_enter(p);
	r = !strcmp(verb, "kthread") ? park_start_kthread(p) :
	    !strcmp(verb, "worker") ? park_start_worker(p) : -EINVAL;
	if (r)
		kfree(p);
	else
		park_list_add(p);
	return r;
}

static ssize_t park_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	char line[64];
	int r;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, size))
		return -EFAULT;
	line[size] = '\0';
	r = park_command(strim(line));
	return r ?: size;
}

static int park_show(struct seq_file *m, void *v)
{
	static const char *const names[] = { "coming", "inside", "outside", "ended" };
	struct parked *p;

	mutex_lock(&park_lock);
	list_for_each_entry(p, &park_list, list)
		seq_printf(m, "%d %s %s\n", p->pid, names[smp_load_acquire(&p->at)], p->how);
	mutex_unlock(&park_lock);
	return 0;
}

static int park_open(struct inode *inode, struct file *file)
{
	return single_open(file, park_show, NULL);
}

static const struct proc_ops park_ops = {
	.proc_open = park_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = park_write,
};

static int __init park_init(void)
{
	srcu_init_notifier_head(&park_chain);
	srcu_notifier_chain_register(&park_chain, &park_notifier);
	park_file = proc_create("test_klpd_kthreads", 0600, NULL, &park_ops);
	if (park_file)
		return 0;
	srcu_cleanup_notifier_head(&park_chain);
	return -ENOMEM;
}

/* A writer that is inside holds its file open, so proc_remove() waits for it. */
static void __exit park_exit(void)
{
	struct parked *p, *next;

	proc_remove(park_file);
	list_for_each_entry_safe(p, next, &park_list, list) {
		list_del(&p->list);
		park_reap(p);
	}
	srcu_notifier_chain_unregister(&park_chain, &park_notifier);
	srcu_cleanup_notifier_head(&park_chain);
}

module_init(park_init);
module_exit(park_exit);
MODULE_DESCRIPTION("Parks tasks in the kernel, for the tests of klpd");
MODULE_LICENSE("GPL");
