// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers the kfuncs that gate.c, seqfile.c and state.c define, in one list for each program
 * type, because the kernel takes one such list from a module. Only callbacks have a struct
 * klp_callback to pass, so a kfunc that takes one needs no further check of its caller.
 *
 * A list applies to all programs of a type. With CAP_BPF and CAP_PERFMON, processes other than klpd
 * can load such programs. The verifier therefore calls a filter here for each kfunc call. Of the
 * struct_ops programs, only those of this module's types may call a kfunc. klp_seq_puts() is for
 * bodies alone. An fmod_ret program counts as a body if its function has a seq_file parameter.
 *
 * No kfunc has a pointer parameter with the suffix __ign, because the verifier would accept a
 * pointer to the program's own stack and keep its assumptions about the contents.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "body.h"
#include "kfunc.h"
#include "resolve.h"

#ifndef KF_TRUSTED_ARGS		/* implied on newer kernels */
#define KF_TRUSTED_ARGS 0
#endif

BTF_KFUNCS_START(kfunc_tracing)
BTF_ID_FLAGS(func, klp_gate)
BTF_ID_FLAGS(func, klp_seq_puts)
BTF_KFUNCS_END(kfunc_tracing)

BTF_KFUNCS_START(kfunc_ops)
BTF_ID_FLAGS(func, klp_gate)
BTF_ID_FLAGS(func, klp_seq_puts)
BTF_ID_FLAGS(func, klp_state_get, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, klp_state_get_prev, KF_TRUSTED_ARGS | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, klp_state_prev_version, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, klp_sysctl_read, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, klp_sysctl_write, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_KFUNCS_END(kfunc_ops)

/* The ids in the lists are not those of a relocated BTF, so compare names. */
static bool kfunc_is_seq_puts(u32 id)
{
	const struct btf *btf = klpm_body_types();
	const struct btf_type *t = btf ? btf_type_by_id(btf, id) : NULL;

	return !t || !strcmp(klpm_resolve_btf_name(btf, t->name_off), "klp_seq_puts");
}

/* Is the program attached to a function with a parameter `struct seq_file *`? */
static bool kfunc_has_seqfile(const struct bpf_prog *prog)
{
	const struct btf_type *proto = prog->aux->attach_func_proto, *t;
	const struct btf *btf = prog->aux->attach_btf;
	const struct btf_param *p;
	u32 i;

	if (!proto || !btf)
		return false;
	p = btf_params(proto);
	for (i = 0; i < btf_type_vlen(proto); i++) {
		t = btf_type_by_id(btf, p[i].type);
		if (!t || !btf_type_is_ptr(t))
			continue;
		t = btf_type_by_id(btf, t->type);
		if (t && !strcmp(klpm_resolve_btf_name(btf, t->name_off), "seq_file"))
			return true;
	}
	return false;
}

/* Any value but 0 refuses the program. */
static int kfunc_filter_tracing(const struct bpf_prog *prog, u32 id)
{
	if (!kfunc_is_seq_puts(id))
		return 0;
	return prog->type == BPF_PROG_TYPE_TRACING &&
	       prog->expected_attach_type == BPF_MODIFY_RETURN && kfunc_has_seqfile(prog) ? 0 :
	       -EACCES;
}

static int kfunc_filter_ops(const struct bpf_prog *prog, u32 id)
{
	if (!prog->aux->attach_btf || prog->aux->attach_btf != klpm_body_types())
		return -EACCES;
	return !kfunc_is_seq_puts(id) || klpm_body_is_one(prog) ? 0 : -EACCES;
}

static const struct btf_kfunc_id_set kfunc_tracing_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_tracing,
	.filter = kfunc_filter_tracing,
};

static const struct btf_kfunc_id_set kfunc_ops_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_ops,
	.filter = kfunc_filter_ops,
};

int klpm_kfunc_init(void)
{
	int r = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kfunc_tracing_set);

	if (!r)
		r = register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &kfunc_ops_set);
	/* A kernel may return 0 although it has dropped the module's BTF. */
	if (!r && !klpm_resolve_kfunc_known("klp_gate"))
		r = -ENOENT;
	if (r)
		pr_err("the kernel refuses this module's BTF (built for another one?): not loading\n");
	return r;
}
