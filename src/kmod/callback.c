// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF struct_ops type klp_callback_ops, and the code that runs callbacks. A callback is a
 * program, which may be sleepable, for one object and one of four moments. Attaching its link gives
 * it to the registered patch that its data names. Detaching takes it away, whatever the state of the
 * patch; if the patch is entering, in force or leaving, it is then marked broken.
 *
 * A callback that runs for more than a second is logged, and so is its end.
 *
 * Context: process context. The caller holds the claim (claim.c), so each callback runs exactly
 * once and one at a time, whichever call led to it. The caller also holds klpm_mutex, which is
 * released while the program runs. The map of the callback is held as long, so detaching it does
 * not wait for the program and frees nothing that it uses.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "callback.h"
#include "claim.h"
#include "patch.h"
#include "resolve.h"
#include "transition.h"

#define CALLBACK_SLOW	HZ

static const char *const callback_names[] = {
	[KLP_PRE_PATCH] = "pre_patch",
	[KLP_POST_PATCH] = "post_patch",
	[KLP_PRE_UNPATCH] = "pre_unpatch",
	[KLP_POST_UNPATCH] = "post_unpatch",
};

struct callback_call {
	struct klp_callback cb;
	struct klpm_patch *record;
};

/* The callback that runs now. Protected by klpm_mutex. */
static struct {
	const struct klpm_patch *record;	/* NULL: none runs */
	u32 object, when;
	pid_t pid;
	u64 since_ns;
	bool slow;			/* was logged as slow */
} running;

static void callback_slow_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(callback_slow, callback_slow_fn);

struct klpm_patch *klpm_callback_record(struct klp_callback *cb)
{
	return container_of(cb, struct callback_call, cb)->record;
}

static bool callback_has(const struct klp_callback_ops *ops, u32 when)
{
	switch (when) {
	case KLP_PRE_PATCH:
		return ops->pre_patch;
	case KLP_POST_PATCH:
		return ops->post_patch;
	case KLP_PRE_UNPATCH:
		return ops->pre_unpatch;
	case KLP_POST_UNPATCH:
		return ops->post_unpatch;
	default:
		return false;
	}
}

static int callback_call(const struct klp_callback_ops *ops, u32 when, struct klp_callback *cb)
{
	int r = 0;

	switch (when) {
	case KLP_PRE_PATCH:
		r = ops->pre_patch(cb);
		break;
	case KLP_POST_PATCH:
		ops->post_patch(cb);
		break;
	case KLP_PRE_UNPATCH:
		ops->pre_unpatch(cb);
		break;
	case KLP_POST_UNPATCH:
		ops->post_unpatch(cb);
		break;
	}
	/* Any value but 0 is a refusal, even if it is not a valid errno. */
	return r < -MAX_ERRNO || r > 0 ? -EINVAL : r;
}

static void callback_slow_fn(struct work_struct *work)
{
	mutex_lock(&klpm_mutex);
	/* The callback that this work was queued for may have ended, and another one just begun. */
	if (running.record && !running.slow &&
	    ktime_get_ns() - running.since_ns >= jiffies_to_nsecs(CALLBACK_SLOW)) {
		running.slow = true;
		pr_warn("patch '%s': the %s callback of object '%s' has been running for more than "
			"a second\n",
			running.record->name, callback_names[running.when],
			running.record->objects[running.object].name);
	}
	mutex_unlock(&klpm_mutex);
}

static void callback_begin(const struct klpm_patch *r, u32 object, u32 when)
{
	running.record = r;
	running.object = object;
	running.when = when;
	running.pid = task_pid_nr(current);
	running.since_ns = ktime_get_ns();
	running.slow = false;
	/* A little later than CALLBACK_SLOW, so that a second has passed by either clock. */
	mod_delayed_work(system_long_wq, &callback_slow, CALLBACK_SLOW + HZ / 10);
}

static void callback_end(void)
{
	cancel_delayed_work(&callback_slow);
	if (running.slow)
		pr_warn("patch '%s': the %s callback of object '%s' ended after %llu ms\n",
			running.record->name, callback_names[running.when],
			running.record->objects[running.object].name,
			div_u64(ktime_get_ns() - running.since_ns, NSEC_PER_MSEC));
	running.record = NULL;
}

/* Runs the program without klpm_mutex, while holding all that the program needs. */
static int callback_run_one(const struct klp_callback_ops *ops, struct klpm_patch *r, u32 object,
			    u32 when)
{
	struct callback_call call = { .record = r };
	int ret;

	/* Cannot fail: its link is attached, and detaching it takes klpm_mutex. */
	if (WARN_ON_ONCE(!klpm_resolve_struct_ops_get(ops)))
		return -ENOLINK;
	strscpy(call.cb.object, r->objects[object].name, sizeof(call.cb.object));
	callback_begin(r, object, when);
	mutex_unlock(&klpm_mutex);
	ret = callback_call(ops, when, &call.cb);
	mutex_lock(&klpm_mutex);
	callback_end();
	klpm_resolve_struct_ops_put(ops);
	return ret;
}

int klpm_callback_run(struct klpm_patch *r, u32 object, enum klp_callback_when when)
{
	u32 i;
	int ret;

	lockdep_assert_held(&klpm_mutex);
	WARN_ON_ONCE(!klpm_claim_is_taken());
	for (i = 0; i < r->n_callbacks; i++) {
		const struct callback *c = &r->callbacks[i];

		if (c->object != object || c->when != when || !c->ops)
			continue;
		ret = callback_run_one(c->ops, r, object, when);
		if (ret)
			pr_warn("patch '%s': pre_patch callback failed for object '%s' (%d)\n",
				r->name, r->objects[object].name, ret);
		return ret;
	}
	return 0;
}

void klpm_callback_tell(struct klp_ioc_callback *out)
{
	lockdep_assert_held(&klpm_mutex);
	if (!running.record)
		return;
	out->record = running.record->id;
	out->transition = klpm_transition_of(running.record);
	out->running_ns = ktime_get_ns() - running.since_ns;
	out->object_index = running.object;
	out->when = running.when;
	out->pid = running.pid;
	strscpy(out->object, running.record->objects[running.object].name, sizeof(out->object));
	strscpy(out->name, running.record->name, sizeof(out->name));
}

static int callback_reg(void *kdata, struct bpf_link *link)
{
	struct klp_callback_ops *ops = kdata;
	struct klpm_patch *r;
	int ret = -ENOENT;

	if (mutex_lock_killable(&klpm_mutex))
		return -EINTR;
	r = klpm_patch_find_registered(ops->record);
	if (r && ops->index < r->n_callbacks)
		ret = !callback_has(ops, r->callbacks[ops->index].when) ? -EINVAL :
		      r->callbacks[ops->index].ops || ops->linked ? -EEXIST : 0;
	if (!ret) {
		r->callbacks[ops->index].ops = ops;
		ops->linked = true;
	}
	mutex_unlock(&klpm_mutex);
	return ret;
}

static void callback_unreg(void *kdata, struct bpf_link *link)
{
	struct klp_callback_ops *ops = kdata;
	struct callback *c;
	struct klpm_patch *r;

	mutex_lock(&klpm_mutex);
	c = klpm_patch_find_callback(kdata, &r);
	if (c) {
		if (r->state != KLP_REGISTERED && r->state != KLP_FORCED_OUT) {
			r->broken = true;
			pr_warn("patch '%s': a callback of '%s' was detached before it could run\n",
				r->name, r->objects[c->object].name);
		}
		c->ops = NULL;
	}
	ops->linked = false;
	mutex_unlock(&klpm_mutex);
}

static int callback_init_member(const struct btf_type *t, const struct btf_member *member,
				void *kdata, const void *udata)
{
	const struct klp_callback_ops *from = udata;
	struct klp_callback_ops *to = kdata;

	switch (__btf_member_bit_offset(t, member) / 8) {
	case offsetof(struct klp_callback_ops, record):
		if (strnlen(from->record, sizeof(from->record)) == sizeof(from->record))
			return -EINVAL;
		memcpy(to->record, from->record, sizeof(to->record));
		return 1;
	case offsetof(struct klp_callback_ops, index):
		to->index = from->index;
		return 1;
	case offsetof(struct klp_callback_ops, linked):
		return 1;
	default:
		return 0;
	}
}

static int callback_init_type(struct btf *btf)
{
	return 0;
}

static bool callback_access_valid(int off, int size, enum bpf_access_type type,
				  const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

static const struct bpf_verifier_ops callback_verifier_ops = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = callback_access_valid,
};

static int klp_callback_ops__pre_patch(struct klp_callback *cb)
{
	return 0;
}

static void klp_callback_ops__post_patch(struct klp_callback *cb)
{
}

static void klp_callback_ops__pre_unpatch(struct klp_callback *cb)
{
}

static void klp_callback_ops__post_unpatch(struct klp_callback *cb)
{
}

static struct klp_callback_ops callback_stubs = {
	.pre_patch = klp_callback_ops__pre_patch,
	.post_patch = klp_callback_ops__post_patch,
	.pre_unpatch = klp_callback_ops__pre_unpatch,
	.post_unpatch = klp_callback_ops__post_unpatch,
};

static struct bpf_struct_ops callback_struct_ops = {
	.verifier_ops = &callback_verifier_ops,
	.init = callback_init_type,
	.init_member = callback_init_member,
	.reg = callback_reg,
	.unreg = callback_unreg,
	.cfi_stubs = &callback_stubs,
	.name = "klp_callback_ops",
	.owner = THIS_MODULE,
};

int klpm_callback_init(void)
{
	return register_bpf_struct_ops(&callback_struct_ops, klp_callback_ops);
}

void klpm_callback_exit(void)
{
	cancel_delayed_work_sync(&callback_slow);
}
