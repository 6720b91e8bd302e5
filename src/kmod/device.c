// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/klp and the ioctls that change something. Each ioctl checks every byte from user space,
 * takes klpm_mutex, calls the function that does the work, and copies the answer out. query.c has
 * the ioctls that only read. A wait for klpm_mutex ends when the calling task is killed.
 *
 * The state kept here belongs to an open file: whether KLP_IOC_HELLO succeeded, whether the file
 * has claimed the changes, its event queue, and (in patch.c) the patches that it registered. Closing
 * the file removes those that are still registered.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "register.h"
#include "change.h"
#include "claim.h"
#include "device.h"
#include "event.h"
#include "fmodret.h"
#include "query.h"
#include "patch.h"
#include "stack.h"
#include "transition.h"

#ifdef KLP_TEST_ABI
unsigned int device_test_abi = KLP_TEST_ABI;
module_param_named(abi, device_test_abi, uint, 0600);
#endif

struct device_file {
	bool hello;
	struct event_queue queue;
};

/* The open file that has claimed the changes; NULL: none. */
static struct device_file *device_claim;

/*
 * KLP_IOC_CLAIM: claim the changes until the file is closed. It excludes only other callers that
 * claim. The ioctls that read need no claim.
 */
static long device_claim_changes(struct device_file *df, unsigned long arg)
{
	struct device_file *before;

	if (arg)
		return -EINVAL;
	before = cmpxchg(&device_claim, NULL, df);
	return !before || before == df ? 0 : -EBUSY;
}

static long device_hello(struct device_file *df, void __user *arg)
{
	struct klp_ioc_hello h;
	u32 abi;

	if (copy_from_user(&h, arg, sizeof(h)))
		return -EFAULT;
	abi = h.abi;
	memset(&h, 0, sizeof(h));
	h.abi = DEVICE_ABI;
	h.fmod_ret_cap = KLP_FMOD_RET_CAP;
	h.fmod_ret_used = klpm_fmodret_used();
	h.features = klpm_stack_is_supported() ? KLP_FEATURE_RELIABLE_STACKS : 0;
	strscpy(h.version, THIS_MODULE->version ?: "", sizeof(h.version));
	if (copy_to_user(arg, &h, sizeof(h)))
		return -EFAULT;
	if (abi != DEVICE_ABI)
		return -EPROTO;
	df->hello = true;
	return 0;
}

/* The first function with a flag: those of guards and overrides are not enabled for fmod_ret. */
static u32 device_find_flags(const struct klp_uapi_func *u, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (u[i].flags)
			return i;
	return DEVICE_FAILED_NONE;
}

static long device_allow_fmod_ret(void __user *arg)
{
	struct klp_ioc_allow_fmod_ret o;
	struct klp_uapi_func *u;
	struct func *f;
	long r = -ENOMEM;

	if (copy_from_user(&o, arg, sizeof(o)))
		return -EFAULT;
	if (o.reserved || !o.nr)
		return -EINVAL;
	u = klpm_register_copy_funcs(o.funcs, o.nr);
	if (IS_ERR(u))
		return PTR_ERR(u);
	o.failed = device_find_flags(u, o.nr);
	f = kvcalloc(o.nr, sizeof(*f), GFP_KERNEL);
	if (f && o.failed < o.nr)
		r = -EINVAL;
	else if (f)
		r = klpm_func_resolve_all(u, f, o.nr, &o.failed);
	if (!r)
		r = klpm_fmodret_add(f, o.nr, &o.failed);
	o.fmod_ret_used = klpm_fmodret_used();
	if (!r && copy_to_user(u64_to_user_ptr(o.funcs), u, o.nr * sizeof(*u)))
		r = -EFAULT;
	if (copy_to_user(arg, &o, sizeof(o)))
		r = -EFAULT;
	kvfree(f);
	kvfree(u);
	return r;
}

static long device_unregister_patch(void __user *arg)
{
	struct klp_ioc_unregister w;
	struct klpm_patch *rec;
	long r = 0;

	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	rec = klpm_patch_find(w.id);
	if (!rec)
		r = -ENOENT;
	else if (rec->state != KLP_REGISTERED && rec->state != KLP_FORCED_OUT)
		r = -EBUSY;
	else
		klpm_patch_forget(rec);
	mutex_unlock(&klpm_mutex);
	return r;
}

/*
 * The patch cannot be switched in its state. -EBUSY: only because a transition is moving it.
 * -EINVAL: for another reason.
 */
static long device_out_of_turn(const struct klpm_patch *rec)
{
	return rec->state == KLP_ENTERING || rec->state == KLP_LEAVING ? -EBUSY : -EINVAL;
}

/* Find the patches of these ids. They must be distinct and in @state. */
static long device_find_records(const u64 *ids, u32 n, enum klp_uapi_patch_state state,
				struct klpm_patch **ret)
{
	u32 i, j;

	for (i = 0; i < n; i++) {
		ret[i] = klpm_patch_find(ids[i]);
		if (!ret[i])
			return -ENOENT;
		if (ret[i]->state != state)
			return device_out_of_turn(ret[i]);
		for (j = 0; j < i; j++)
			if (ret[j] == ret[i])
				return -EINVAL;
	}
	return 0;
}

static long device_switch_locked(struct klp_ioc_switch *s)
{
	struct change *c = kzalloc(sizeof(*c), GFP_KERNEL);
	struct change_failure failure = { .id = 0 };
	long r;

	if (!c)
		return -ENOMEM;
	c->n_enter = s->nr_enter;
	c->n_leave = s->nr_leave;
	r = klpm_claim_take();
	if (!r) {
		r = device_find_records(s->enter, s->nr_enter, KLP_REGISTERED, c->enter);
		if (!r)
			r = device_find_records(s->leave, s->nr_leave, KLP_IN_FORCE, c->leave);
		if (r)
			klpm_claim_give();
		else
			r = klpm_transition_start(c, s->timeout_ms, !(s->flags & KLP_SWITCH_NOWAIT),
						  &s->transition, &failure);
	}
	kfree(c);
	s->failed = failure.id;
	s->failed_index = failure.index;
	s->callback_error = failure.callback_error;
	return r;
}

static long device_switch(void __user *arg)
{
	struct klp_ioc_switch *s = memdup_user(arg, sizeof(*s));
	long r = -EINVAL;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (!(s->flags & ~(DEVICE_ABI < 4 ? 0 : KLP_SWITCH_NOWAIT)) &&
	    s->nr_enter <= KLP_PATCHES_MAX && s->nr_leave <= KLP_PATCHES_MAX &&
	    (s->nr_enter || s->nr_leave)) {
		r = mutex_lock_killable(&klpm_mutex);
		if (!r) {
			r = device_switch_locked(s);
			mutex_unlock(&klpm_mutex);
		}
	}
	/* A started transition is not undone because of a bad pointer; STATUS has its number. */
	if (copy_to_user(arg, s, sizeof(*s)) && !r)
		r = -EFAULT;
	kfree(s);
	return r;
}

static long device_reverse(void __user *arg)
{
	struct klp_ioc_reverse rev;
	long r;

	if (copy_from_user(&rev, arg, sizeof(rev)))
		return -EFAULT;
	if (rev.reserved || rev.reversed > 1)
		return -EINVAL;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	r = klpm_claim_take();
	if (!r) {
		r = klpm_transition_reverse(rev.transition, rev.reversed);
		klpm_claim_give();
	}
	mutex_unlock(&klpm_mutex);
	return r;
}

static long device_force(void __user *arg)
{
	struct klp_ioc_force f;
	long r;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	if (f.reserved)
		return -EINVAL;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	r = klpm_claim_take();
	if (!r) {
		r = klpm_transition_force(f.transition, &f.forced);
		klpm_claim_give();
	}
	mutex_unlock(&klpm_mutex);
	if (!r && copy_to_user(arg, &f, sizeof(f)))
		r = -EFAULT;
	return r;
}

struct device_wait {
	struct rcu_head rcu;
	struct completion over;
};

static void device_wait_over(struct rcu_head *rcu)
{
	complete(&container_of(rcu, struct device_wait, rcu)->over);
}

/*
 * KLP_IOC_BARRIER: wait for tasks that were preempted in a trampoline or a program. RCU tasks is
 * enough, because no task sleeps in a program that this waits for: the programs that klpd attaches
 * to BPF trampolines do not sleep, and a transition has proved that no task is in the others. RCU
 * tasks trace would also wait for tasks that sleep in an override body of any patch.
 *
 * A caller that is killed waits, too: its fds hold the programs, and they are closed when its last
 * thread ends. The wait counts neither as load nor as a hung task.
 */
static long device_barrier(unsigned long arg)
{
	struct device_wait w;

	if (arg)
		return -EINVAL;
	init_rcu_head_on_stack(&w.rcu);
	init_completion(&w.over);
	call_rcu_tasks(&w.rcu, device_wait_over);
	(void)wait_for_completion_state(&w.over, TASK_IDLE);
	destroy_rcu_head_on_stack(&w.rcu);
	return 0;
}

/* Also checked for each change, because an open file can be handed on to another process. */
static bool device_may(void)
{
	return capable(CAP_SYS_ADMIN) && capable(CAP_BPF);
}

static long device_change(struct device_file *df, unsigned int cmd, void __user *user)
{
	if (!device_may())
		return -EPERM;
	switch (cmd) {
	case KLP_IOC_ALLOW_FMOD_RET:
		return device_allow_fmod_ret(user);
	case KLP_IOC_REGISTER:
		return klpm_register_patch(df, user);
	case KLP_IOC_UNREGISTER:
		return device_unregister_patch(user);
	case KLP_IOC_SWITCH:
		return device_switch(user);
	case KLP_IOC_REVERSE:
		return device_reverse(user);
	default:
		return device_force(user);
	}
}

/* Does the ABI that a test build selects lack this ioctl? The four came with ABI 4. */
static bool device_lacks(unsigned int cmd)
{
	return DEVICE_ABI < 4 &&
	       (cmd == KLP_IOC_CALLBACK || cmd == KLP_IOC_REFUSAL || cmd == KLP_IOC_CLAIM ||
		cmd == KLP_IOC_HOOKS);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct device_file *df = file->private_data;
	void __user *user = (void __user *)arg;

	if (cmd == KLP_IOC_HELLO)
		return device_hello(df, user);
	if (!df->hello)
		return -ENOTCONN;
	if (device_lacks(cmd))
		return -ENOTTY;
	switch (cmd) {
	case KLP_IOC_ALLOW_FMOD_RET:
	case KLP_IOC_REGISTER:
	case KLP_IOC_UNREGISTER:
	case KLP_IOC_SWITCH:
	case KLP_IOC_REVERSE:
	case KLP_IOC_FORCE:
		return device_change(df, cmd, user);
	case KLP_IOC_STATUS:
		return klpm_query_status(user);
	case KLP_IOC_BLOCKERS:
		return klpm_query_blockers(user);
	case KLP_IOC_TASK:
		return klpm_query_task(user);
	case KLP_IOC_STACK:
		return klpm_query_stack(user);
	case KLP_IOC_OBJECTS:
		return klpm_query_objects(user);
	case KLP_IOC_CALLBACK:
		return klpm_query_callback(user);
	case KLP_IOC_REFUSAL:
		return klpm_query_refusal(user);
	case KLP_IOC_HOOKS:
		return klpm_query_hooks(user);
	case KLP_IOC_BARRIER:
		return device_barrier(arg);
	case KLP_IOC_CLAIM:
		return device_may() ? device_claim_changes(df, arg) : -EPERM;
	default:
		return -ENOTTY;
	}
}

static ssize_t device_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct device_file *df = file->private_data;

	if (!df->hello)
		return -ENOTCONN;
	return klpm_event_read(&df->queue, buf, size, file->f_flags & O_NONBLOCK);
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	struct device_file *df = file->private_data;

	return klpm_event_poll(&df->queue, file, wait);
}

static int device_open(struct inode *inode, struct file *file)
{
	struct device_file *df;

	if (!device_may())
		return -EPERM;
	df = kzalloc(sizeof(*df), GFP_KERNEL);
	if (!df)
		return -ENOMEM;
	klpm_event_subscribe(&df->queue);
	file->private_data = df;
	return stream_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct device_file *df = file->private_data;

	mutex_lock(&klpm_mutex);
	klpm_patch_forget_owned(df);
	mutex_unlock(&klpm_mutex);
	klpm_event_unsubscribe(&df->queue);
	cmpxchg(&device_claim, df, NULL);
	kfree(df);
	return 0;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.read = device_read,
	.poll = device_poll,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "klp",
	.mode = 0600,
	.fops = &device_fops,
};

int klpm_device_init(void)
{
	return misc_register(&device_misc);
}

void klpm_device_exit(void)
{
	misc_deregister(&device_misc);
}
