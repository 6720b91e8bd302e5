// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF struct_ops type klp_func_ops: a body that decides about the calls of one function.
 * Attaching the link of a body gives it to the function that its data names, in an registered patch
 * of the calling process. Detaching takes it away, whatever the state of the patch; if the
 * patch is entering, in force or leaving, it is then marked broken. hook.c calls the bodies.
 *
 * Programs:
 *
 * A body that does not sleep is not called through the trampoline that the kernel makes for it, but
 * as a program (see call.c): the program that user space gave the kernel for this member. body.c
 * notes its id when the map is filled, and finds it by that id in .reg(). It checks that it is a
 * program for this member of this type, and holds a reference from .reg() to the end of .unreg().
 * So nothing depends on what user space does with its file descriptors meanwhile. A sleepable
 * override body is called through the trampoline.
 *
 * Lifetime:
 *
 * The kernel frees the map of a body after its link is gone, and .unreg() returns only when no call
 * of a body that does not sleep can run. This module stays loaded as long as a map of this type
 * exists.
 *
 * Sleepable bodies: a task can be preempted or sleep inside one indefinitely, so .unreg() cannot
 * wait for it. A transition can, because it completes only when no task of its table is in code
 * that leaves. So the map is held (hold.c) from the moment its link gives the body to a patch until
 * the patch is removed, either at the end of the transition that took it out of force or without
 * ever having been in force. After that it is held until no task outside of the table is inside
 * either. If the transition was forced, the map is held for good.
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
#include "hold.h"
#include "hook.h"
#include "patch.h"
#include "resolve.h"

/* Indices of the members in klp_func_ops. */
#define BODY_GUARD_MEMBER	2
#define BODY_OVERRIDE_MEMBER	3

static const struct btf *body_btf;	/* of this module */

/*
 * Functions that run while a sleepable override body is entered or left, but while current->bpf_ctx
 * is not set. hook.c relies on bpf_ctx to detect calls made by the body itself, so overriding one
 * of these would recurse forever. Nor could any program be a correct replacement for one of them.
 */
static const char *const body_own[] = {
	"__rcu_read_lock", "__rcu_read_unlock", "migrate_disable", "migrate_enable",
	"__migrate_disable", "__migrate_enable", "___migrate_enable", "__might_fault",
	"__might_sleep", "__might_resched", "__cond_resched", "dynamic_might_resched",
	"dynamic_cond_resched", "rcu_read_unlock_trace_special",
};

const struct btf *klpm_body_types(void)
{
	return READ_ONCE(body_btf);
}

bool klpm_body_is_one(const struct bpf_prog *prog)
{
	const struct btf_type *t = btf_type_by_id(body_btf, prog->aux->attach_btf_id);

	return prog->type == BPF_PROG_TYPE_STRUCT_OPS && prog->aux->attach_btf == body_btf && t &&
	       !strcmp(klpm_resolve_btf_name(body_btf, t->name_off), "klp_func_ops");
}

/* Was the program verified for this member? The kernel checks the same when a map is filled. */
static bool body_is_for(const struct bpf_prog *prog, unsigned int member)
{
	return klpm_body_is_one(prog) && prog->expected_attach_type == member;
}

/* What the kernel does not let tracing programs have in map values; see body_get_helper(). */
#define BODY_NOT_IN_MAPS (BPF_SPIN_LOCK | BPF_TIMER | BPF_WORKQUEUE | BPF_LIST_HEAD | BPF_RB_ROOT)

static bool body_may_have(const struct bpf_map *map)
{
	return !btf_record_has_field(map->record, BODY_NOT_IN_MAPS) &&
	       (!map->inner_map_meta || body_may_have(map->inner_map_meta));
}

static int body_check_maps(const struct bpf_prog *prog)
{
	int r = 0;
	u32 i;

	mutex_lock(&prog->aux->used_maps_mutex);
	for (i = 0; i < prog->aux->used_map_cnt; i++)
		if (!body_may_have(prog->aux->used_maps[i]))
			r = -ENOLCK;
	mutex_unlock(&prog->aux->used_maps_mutex);
	return r;
}

static int body_check_prog(const struct klp_func_ops *ops, const struct bpf_prog *prog)
{
	if (!body_is_for(prog, ops->override ? BODY_OVERRIDE_MEMBER : BODY_GUARD_MEMBER))
		return -EINVAL;
	/* Without preempt_count the handler cannot detect a spinlock or an RCU section. */
	if (prog->sleepable && !IS_ENABLED(CONFIG_PREEMPT_COUNT))
		return -EOPNOTSUPP;
	return body_check_maps(prog);
}

static int body_get_prog(struct klp_func_ops *ops)
{
	struct bpf_prog *prog;
	int r;

	if (ops->links++)
		return 0;
	prog = klpm_resolve_prog_by_id(ops->prog_id);
	r = IS_ERR_OR_NULL(prog) ? -ENOENT : body_check_prog(ops, prog);
	if (!r) {
		ops->prog = prog;
		return 0;
	}
	ops->links = 0;
	if (!IS_ERR_OR_NULL(prog))
		bpf_prog_put(prog);
	return r;
}

/* No call of the body runs any more: klpm_hook_disarm*() waited for the last one. */
static void body_put_prog(struct klp_func_ops *ops)
{
	if (--ops->links)
		return;
	bpf_prog_put(ops->prog);
	ops->prog = NULL;
}

static int body_check_target(const struct klp_func_ops *ops, const struct func *f)
{
	u32 i;

	for (i = 0; ops->override && i < ARRAY_SIZE(body_own); i++)
		if (!strcmp(f->symbol, body_own[i]))
			return -EDEADLK;
	return 0;
}

/* No task is in the sleepable body that the function of a REGISTERED record had. */
static void body_leave(struct func *f)
{
	if (f->inside)
		klpm_hold_drop(f->inside);
	f->inside = NULL;
}

static int body_give(struct klp_func_ops *ops, struct func *f)
{
	int ret = body_check_target(ops, f);

	if (ret) {
		body_put_prog(ops);
		return ret;
	}
	/* A body that was detached while a start ran that was refused then. */
	body_leave(f);
	f->ops = ops;
	if (ops->prog->sleepable) {
		klpm_hold_take(ops);
		f->inside = ops;
	}
	return 0;
}

static int body_reg(void *kdata, struct bpf_link *link)
{
	struct klp_func_ops *ops = kdata;
	struct klpm_patch *r;
	int ret = -ENOENT;

	mutex_lock(&klpm_mutex);
	r = klpm_patch_find_registered(ops->record);
	if (r && ops->func < r->n_funcs && r->funcs[ops->func].flags & KLP_FUNC_OPS)
		ret = !ops->guard == !ops->override ? -EINVAL :
		      r->funcs[ops->func].ops || ops->links ? -EEXIST : body_get_prog(ops);
	if (!ret)
		ret = body_give(ops, &r->funcs[ops->func]);
	mutex_unlock(&klpm_mutex);
	return ret;
}

static void body_unreg(void *kdata, struct bpf_link *link)
{
	struct klp_func_ops *ops = kdata;
	struct klpm_patch *r;
	struct func *f;

	mutex_lock(&klpm_mutex);
	f = klpm_patch_find_body(kdata, &r);
	if (f) {
		if (r->state != KLP_REGISTERED && r->state != KLP_FORCED_OUT) {
			r->broken = true;
			pr_warn("patch '%s': the body of '%s' was detached while it could run\n",
				r->name, f->symbol);
		}
		klpm_hook_disarm_func(f);
		f->ops = NULL;
		if (r->state == KLP_REGISTERED)
			body_leave(f);
	}
	body_put_prog(ops);
	mutex_unlock(&klpm_mutex);
}

/*
 * Notes the id of the program and takes no reference, because klp.ko is not notified when a map
 * that was never attached is freed.
 */
static int body_note_prog(struct klp_func_ops *to, int fd)
{
	struct bpf_prog *prog;

	if (!fd)
		return 0;
	if (to->prog_id)	/* one program a map: it has one trampoline, in a page of its own */
		return -EINVAL;
	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_STRUCT_OPS, false);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	to->prog_id = prog->aux->id;
	bpf_prog_put(prog);
	return 0;	/* the kernel does the rest */
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
		return body_note_prog(to, (unsigned long)from->guard);
	case offsetof(struct klp_func_ops, override):
		return body_note_prog(to, (unsigned long)from->override);
	case offsetof(struct klp_func_ops, prog_id):
	case offsetof(struct klp_func_ops, links):
	case offsetof(struct klp_func_ops, prog):
	case offsetof(struct klp_func_ops, hold):
		return 1;
	default:
		return 0;
	}
}

/* A guard must not sleep: the handler calls it with preemption off. */
static int body_check_member(const struct btf_type *t, const struct btf_member *member,
			     const struct bpf_prog *prog)
{
	bool guard = __btf_member_bit_offset(t, member) / 8 == offsetof(struct klp_func_ops, guard);

	return guard && prog->sleepable ? -EINVAL : 0;
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

/* Write access: a body may write the return value only. */
static int body_struct_access(struct bpf_verifier_log *log, const struct bpf_reg_state *reg,
			      int off, int size)
{
	const struct btf_type *t = btf_type_by_id(reg->btf, reg->btf_id);

	if (strcmp(klpm_resolve_btf_name(reg->btf, t->name_off), "klp_call") ||
	    off != offsetof(struct klp_call, ret) || size != sizeof_field(struct klp_call, ret)) {
		bpf_log(log, "a body may write klp_call.ret, as a whole, and nothing else\n");
		return -EACCES;
	}
	return SCALAR_VALUE;
}

/*
 * A body runs wherever its function is called, under any lock and in NMIs too, as tracing programs
 * do. So it may not have what tracing programs may not have; otherwise an NMI could wait forever
 * for a lock that the same CPU holds. BPF lists and trees are refused because they need such locks.
 */
static const struct bpf_func_proto *body_get_helper(enum bpf_func_id id,
						    const struct bpf_prog *prog)
{
	switch (id) {
	case BPF_FUNC_spin_lock:
	case BPF_FUNC_spin_unlock:
	case BPF_FUNC_timer_init:
	case BPF_FUNC_timer_set_callback:
	case BPF_FUNC_timer_start:
	case BPF_FUNC_timer_cancel:
		return NULL;
	default:
		return bpf_base_func_proto(id, prog);
	}
}

static const struct bpf_verifier_ops body_verifier_ops = {
	.get_func_proto = body_get_helper,
	.is_valid_access = body_access_valid,
	.btf_struct_access = body_struct_access,
};

static int klp_func_ops__guard(struct klp_call *call)
{
	return 0;
}

static u64 klp_func_ops__override(u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5)
{
	return 0;
}

static struct klp_func_ops body_stubs = {
	.guard = klp_func_ops__guard,
	.override = klp_func_ops__override,
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

int klpm_body_init(void)
{
	return register_bpf_struct_ops(&body_struct_ops, klp_func_ops);
}
