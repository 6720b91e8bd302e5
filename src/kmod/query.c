// SPDX-License-Identifier: GPL-2.0-only
/*
 * The read-only ioctls of /dev/klp. They check the argument from user space, hold klpm_mutex only
 * while they copy the answer, and change nothing. Their waits are killable.
 */
#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "callback.h"
#include "device.h"
#include "fmodret.h"
#include "kept.h"
#include "query.h"
#include "patch.h"
#include "site.h"
#include "transition.h"

long klpm_query_task(void __user *arg)
{
	struct task_struct *task;
	struct klp_ioc_task t;
	struct pid *pid;
	int r;

	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	pid = find_get_pid(t.pid);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return -ESRCH;
	r = mutex_lock_killable(&klpm_mutex);
	if (!r) {
		t.state = klpm_transition_task_state(task);
		mutex_unlock(&klpm_mutex);
	}
	put_task_struct(task);
	if (r)
		return r;
	return copy_to_user(arg, &t, sizeof(t)) ? -EFAULT : 0;
}

long klpm_query_status(void __user *arg)
{
	struct klp_uapi_patch *records __free(kfree) = NULL;
	struct klp_ioc_status s;
	u64 user;
	u32 room;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	if (s.reserved)
		return -EINVAL;
	user = s.records;
	room = user ? min_t(u32, s.nr, KLP_RECORDS_MAX) : 0;
	records = kcalloc(KLP_RECORDS_MAX, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;
	memset(&s, 0, sizeof(s));
	s.records = user;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	klpm_transition_status(&s);
	s.nr = klpm_patch_list(records, room);
	mutex_unlock(&klpm_mutex);
	s.fmod_ret_used = klpm_fmodret_used();
	if (copy_to_user(u64_to_user_ptr(user), records, min(s.nr, room) * sizeof(*records)) ||
	    copy_to_user(arg, &s, sizeof(s)))
		return -EFAULT;
	return 0;
}

long klpm_query_objects(void __user *arg)
{
	struct klp_uapi_object *out __free(kfree) = NULL;
	struct klp_ioc_objects o;
	struct klpm_patch *rec;
	u32 i, room;

	if (copy_from_user(&o, arg, sizeof(o)))
		return -EFAULT;
	if (o.reserved)
		return -EINVAL;
	out = kcalloc(KLP_OBJECTS_MAX, sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	room = o.objects ? o.nr : 0;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	rec = klpm_patch_find(o.id);
	o.nr = rec ? rec->n_objects : 0;
	for (i = 0; i < o.nr; i++) {
		strscpy(out[i].name, rec->objects[i].name, sizeof(out[i].name));
		out[i].flags = (rec->objects[i].loaded ? KLP_OBJECT_LOADED : 0) |
			       (rec->objects[i].patched ? KLP_OBJECT_PATCHED : 0);
	}
	mutex_unlock(&klpm_mutex);
	if (!rec)
		return -ENOENT;
	if (copy_to_user(u64_to_user_ptr(o.objects), out, min(o.nr, room) * sizeof(*out)) ||
	    copy_to_user(arg, &o, sizeof(o)))
		return -EFAULT;
	return 0;
}

/* Limits on the entries of one answer; the counts report the full numbers. */
#define QUERY_BLOCKERS_MAX 4096

#define QUERY_BLOCKERS_FLAGS (DEVICE_ABI < 4 ? 0 : KLP_BLOCKERS_KEPT)

long klpm_query_blockers(void __user *arg)
{
	struct klp_uapi_blocker *out __free(kvfree) = NULL;
	struct klp_ioc_blockers b;
	u32 room;
	long r;

	if (copy_from_user(&b, arg, sizeof(b)))
		return -EFAULT;
	if (b.flags & ~QUERY_BLOCKERS_FLAGS)
		return -EINVAL;
	room = b.blockers ? min_t(u32, b.nr, QUERY_BLOCKERS_MAX) : 0;
	if (b.flags & KLP_BLOCKERS_KEPT)
		room = min_t(u32, room, KLP_KEPT_MAX);
	out = kvcalloc(room ?: 1, sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	r = b.flags & KLP_BLOCKERS_KEPT ? klpm_kept_list(out, room) :
					  klpm_transition_blockers(out, room);
	mutex_unlock(&klpm_mutex);
	if (r < 0)
		return r;
	b.nr = r;
	if (copy_to_user(u64_to_user_ptr(b.blockers), out, min(b.nr, room) * sizeof(*out)) ||
	    copy_to_user(arg, &b, sizeof(b)))
		return -EFAULT;
	return 0;
}

long klpm_query_stack(void __user *arg)
{
	struct klp_ioc_stack s;
	size_t used = 0;
	char *text __free(kvfree) = NULL;
	long r;

	if (copy_from_user(&s, arg, sizeof(s)))
		return -EFAULT;
	if (s.flags & ~QUERY_BLOCKERS_FLAGS || !s.size || s.size > KLP_STACK_MAX)
		return -EINVAL;
	text = kvmalloc(s.size, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	r = s.flags & KLP_BLOCKERS_KEPT ? klpm_kept_stack(s.pid, s.cpu, text, s.size, &used) :
					  klpm_transition_stack(s.pid, s.cpu, text, s.size, &used);
	mutex_unlock(&klpm_mutex);
	if (r)
		return r;
	s.size = used;
	if (copy_to_user(u64_to_user_ptr(s.text), text, used) || copy_to_user(arg, &s, sizeof(s)))
		return -EFAULT;
	return 0;
}

long klpm_query_callback(void __user *arg)
{
	struct klp_ioc_callback c;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (c.flags || c.reserved)
		return -EINVAL;
	memset(&c, 0, sizeof(c));
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	klpm_callback_tell(&c);
	mutex_unlock(&klpm_mutex);
	return copy_to_user(arg, &c, sizeof(c)) ? -EFAULT : 0;
}

long klpm_query_refusal(void __user *arg)
{
	struct klp_ioc_refusal r;
	bool known;

	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	if (r.reserved)
		return -EINVAL;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	known = klpm_transition_was_refused(r.transition, &r);
	mutex_unlock(&klpm_mutex);
	if (!known)
		return -ENOENT;
	return copy_to_user(arg, &r, sizeof(r)) ? -EFAULT : 0;
}

long klpm_query_hooks(void __user *arg)
{
	struct klp_uapi_hook *out __free(kvfree) = NULL;
	struct klp_ioc_hooks h;
	u32 room;

	if (copy_from_user(&h, arg, sizeof(h)))
		return -EFAULT;
	if (h.reserved)
		return -EINVAL;
	room = h.hooks ? min_t(u32, h.nr, KLP_HOOKS_MAX) : 0;
	out = kvcalloc(room ?: 1, sizeof(*out), GFP_KERNEL);
	if (!out)
		return -ENOMEM;
	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	h.nr = klpm_site_idle(out, room);
	mutex_unlock(&klpm_mutex);
	if (copy_to_user(u64_to_user_ptr(h.hooks), out, min(h.nr, room) * sizeof(*out)) ||
	    copy_to_user(arg, &h, sizeof(h)))
		return -EFAULT;
	return 0;
}
