// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF struct_ops type klp_func_ops: a body that decides about calls of one function. Attaching
 * the link of one gives it to the function of the announced record that its data names; detaching
 * takes it away, whatever the state of the record: then that record is not whole any more, and is
 * marked. The bodies themselves are called by hook.c.
 *
 * Lifetime: the map of a body is freed after its link is gone, and .unreg() returns only when no
 * call of the body can run.
 *
 * A body is not called through the trampoline that the kernel makes for it, which does once more, and
 * dearly, what is done already where the body is called (RCU, no migration), but as a program: the
 * one that was given to the kernel for this member. It is found by the id that was noted when the map
 * was filled, is checked to be a program for this member of this type, and is referenced from .reg()
 * to the end of .unreg(); so nothing depends on what user space did to its file descriptors meanwhile.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "body.h"
#include "func.h"
#include "hook.h"
#include "record.h"
#include "resolve.h"

/* Its index among the members of klp_func_ops. */
#define BODY_GUARD_MEMBER 2

static const struct btf *body_btf;	/* of this module */

/* Verified for guard() of klp_func_ops; what the kernel checks when a map is filled. */
static bool body_is_guard(const struct bpf_prog *prog)
{
	const struct btf_type *t = btf_type_by_id(body_btf, prog->aux->attach_btf_id);

	return prog->type == BPF_PROG_TYPE_STRUCT_OPS && prog->aux->attach_btf == body_btf && t &&
	       prog->expected_attach_type == BODY_GUARD_MEMBER &&
	       !strcmp(resolve_btf_name(body_btf, t->name_off), "klp_func_ops");
}

static int body_get_prog(struct klp_func_ops *ops)
{
	struct bpf_prog *prog;

	if (ops->links++)
		return 0;
	prog = resolve_prog_by_id(ops->guard_id);
	if (!IS_ERR_OR_NULL(prog) && body_is_guard(prog)) {
		ops->guard_prog = prog;
		return 0;
	}
	ops->links = 0;
	if (IS_ERR_OR_NULL(prog))
		return -ENOENT;
	bpf_prog_put(prog);
	return -EINVAL;
}

/* Whoever disarmed the body, its .unreg() or somebody before, has waited for its last call. */
static void body_put_prog(struct klp_func_ops *ops)
{
	if (--ops->links)
		return;
	bpf_prog_put(ops->guard_prog);
	ops->guard_prog = NULL;
}

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
		ret = body_get_prog(ops);
	if (!ret)
		r->funcs[ops->func].ops = ops;
	mutex_unlock(&klp_mutex);
	return ret;
}

static void body_unreg(void *kdata, struct bpf_link *link)
{
	struct klp_func_ops *ops = kdata;
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
	body_put_prog(ops);
	mutex_unlock(&klp_mutex);
}

/* Its id, not the program itself: nobody tells when a map that was never attached is freed. */
static int body_note_prog(struct klp_func_ops *to, const struct klp_func_ops *from)
{
	int fd = (unsigned long)from->guard;
	struct bpf_prog *prog;

	if (!fd)
		return 0;
	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_STRUCT_OPS, false);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	to->guard_id = prog->aux->id;
	bpf_prog_put(prog);
	return 0;	/* the rest is the kernel's */
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
	case offsetof(struct klp_func_ops, guard):
		return body_note_prog(to, from);
	case offsetof(struct klp_func_ops, guard_id):
	case offsetof(struct klp_func_ops, links):
	case offsetof(struct klp_func_ops, guard_prog):
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
	body_btf = btf;
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
