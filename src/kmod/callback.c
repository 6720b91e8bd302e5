// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF struct_ops type klp_callback_ops, and running it. A callback is a (sleepable) program for
 * one object and one moment; attaching its link gives it to the announced record that its data
 * names, detaching takes it away, whatever the state of the record: then that record is not whole
 * any more, and is marked.
 *
 * Context: process context, under klp_mutex, which attaching and detaching take too. So a program
 * that runs is not freed, and a callback runs exactly once, whoever made the call that led to it
 * and whatever happens to that one.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "callback.h"
#include "record.h"

struct callback_call {
	struct klp_callback cb;
	struct record *record;
};

struct record *callback_record(struct klp_callback *cb)
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
	/* Anything but 0 is a refusal, also what is no errno. */
	return r < -MAX_ERRNO || r > 0 ? -EINVAL : r;
}

int callback_run(struct record *r, u32 object, enum klp_callback_when when)
{
	struct callback_call call = { .record = r };
	u32 i;
	int ret;

	lockdep_assert_held(&klp_mutex);
	strscpy(call.cb.object, r->objects[object].name, sizeof(call.cb.object));
	for (i = 0; i < r->n_callbacks; i++) {
		const struct callback *c = &r->callbacks[i];

		if (c->object != object || c->when != when || !c->ops)
			continue;
		ret = callback_call(c->ops, when, &call.cb);
		if (ret)
			pr_warn("patch '%s': pre_patch callback failed for object '%s' (%d)\n",
				r->name, call.cb.object, ret);
		return ret;
	}
	return 0;
}

static int callback_reg(void *kdata, struct bpf_link *link)
{
	struct klp_callback_ops *ops = kdata;
	struct record *r;
	int ret = -ENOENT;

	if (mutex_lock_killable(&klp_mutex))
		return -EINTR;
	r = record_find_announced(ops->record);
	if (r && ops->index < r->n_callbacks)
		ret = !callback_has(ops, r->callbacks[ops->index].when) ? -EINVAL :
		      r->callbacks[ops->index].ops || ops->linked ? -EEXIST : 0;
	if (!ret) {
		r->callbacks[ops->index].ops = ops;
		ops->linked = true;
	}
	mutex_unlock(&klp_mutex);
	return ret;
}

static void callback_unreg(void *kdata, struct bpf_link *link)
{
	struct klp_callback_ops *ops = kdata;
	struct callback *c;
	struct record *r;

	mutex_lock(&klp_mutex);
	c = record_find_callback(kdata, &r);
	if (c) {
		if (r->state != KLP_ANNOUNCED && r->state != KLP_FORCED_OUT) {
			r->broken = true;
			pr_warn("patch '%s': a callback of '%s' was detached before it could run\n",
				r->name, r->objects[c->object].name);
		}
		c->ops = NULL;
	}
	ops->linked = false;
	mutex_unlock(&klp_mutex);
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

int callback_init(void)
{
	return register_bpf_struct_ops(&callback_struct_ops, klp_callback_ops);
}
