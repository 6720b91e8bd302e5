// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF struct_ops type klp_func_ops: a body that decides about calls of one function. Attaching
 * the link of one gives it to the function of the announced record that its data names; detaching
 * takes it away, whatever the state of the record: then that record is not whole any more, and is
 * marked. The bodies themselves are called by hook.c.
 *
 * Lifetime: the map of a body is freed after its link is gone, and .unreg() returns only when no
 * call of the body can run.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "body.h"
#include "func.h"
#include "hook.h"
#include "record.h"
#include "resolve.h"

static int body_reg(void *kdata, struct bpf_link *link)
{
	struct klp_func_ops *ops = kdata;
	struct record *r;
	int ret = -ENOENT;

	mutex_lock(&klp_mutex);
	r = record_find_announced(ops->record);
	if (r && ops->func < r->n_funcs && r->funcs[ops->func].flags & KLP_FUNC_OPS)
		ret = !ops->guard ? -EINVAL : r->funcs[ops->func].ops ? -EEXIST : 0;
	if (!ret)
		r->funcs[ops->func].ops = ops;
	mutex_unlock(&klp_mutex);
	return ret;
}

static void body_unreg(void *kdata, struct bpf_link *link)
{
	struct record *r;
	struct func *f;

	mutex_lock(&klp_mutex);
	f = record_find_body(kdata, &r);
	if (f) {
		if (r->state != KLP_ANNOUNCED && r->state != KLP_FORCED_OUT) {
			r->broken = true;
			pr_warn("patch '%s': the body of '%s' was detached while it could run\n",
				r->name, f->symbol);
		}
		hook_disarm_func(f);
		f->ops = NULL;
	}
	mutex_unlock(&klp_mutex);
}

static int body_init_member(const struct btf_type *t, const struct btf_member *member, void *kdata,
			    const void *udata)
{
	const struct klp_func_ops *from = udata;
	struct klp_func_ops *to = kdata;

	switch (__btf_member_bit_offset(t, member) / 8) {
	case offsetof(struct klp_func_ops, record):
		if (strnlen(from->record, sizeof(from->record)) == sizeof(from->record))
			return -EINVAL;
		memcpy(to->record, from->record, sizeof(to->record));
		return 1;
	case offsetof(struct klp_func_ops, func):
		to->func = from->func;
		return 1;
	default:
		return 0;
	}
}

/* The handler runs with preemption off. */
static int body_check_member(const struct btf_type *t, const struct btf_member *member,
			     const struct bpf_prog *prog)
{
	return prog->sleepable ? -EINVAL : 0;
}

static int body_init_type(struct btf *btf)
{
	return 0;
}

static bool body_access_valid(int off, int size, enum bpf_access_type type,
			      const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

/* Writes: only the value to be returned. */
static int body_struct_access(struct bpf_verifier_log *log, const struct bpf_reg_state *reg, int off,
			      int size)
{
	const struct btf_type *t = btf_type_by_id(reg->btf, reg->btf_id);

	if (strcmp(resolve_btf_name(reg->btf, t->name_off), "klp_call") ||
	    off != offsetof(struct klp_call, ret) || size != sizeof_field(struct klp_call, ret)) {
		bpf_log(log, "a body may write klp_call.ret, as a whole, and nothing else\n");
		return -EACCES;
	}
	return SCALAR_VALUE;
}

static const struct bpf_verifier_ops body_verifier_ops = {
	.get_func_proto = bpf_base_func_proto,
	.is_valid_access = body_access_valid,
	.btf_struct_access = body_struct_access,
};

static int klp_func_ops__guard(struct klp_call *call)
{
	return 0;
}

static struct klp_func_ops body_stubs = {
	.guard = klp_func_ops__guard,
};

static struct bpf_struct_ops body_struct_ops = {
	.verifier_ops = &body_verifier_ops,
	.init = body_init_type,
	.check_member = body_check_member,
	.init_member = body_init_member,
	.reg = body_reg,
	.unreg = body_unreg,
	.cfi_stubs = &body_stubs,
	.name = "klp_func_ops",
	.owner = THIS_MODULE,
};

int body_init(void)
{
	return register_bpf_struct_ops(&body_struct_ops, klp_func_ops);
}
