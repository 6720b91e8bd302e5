// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of the kfuncs, which gate.c, seqfile.c and state.c define, by kind of program: the
 * kernel takes one list for each kind from a module. Callbacks are the only programs that have a
 * struct klp_callback to give, so what takes one needs no further check of who calls.
 *
 * A list is for all programs of a kind, whoever loads them: with CAP_BPF and CAP_PERFMON that is
 * not only klpd. So the verifier asks here for each call: of struct_ops programs only those of the
 * types of this module may call anything, and what writes is for bodies alone. An fmod_ret program
 * is one if it is on a function that is given a seq_file.
 *
 * No kfunc takes a pointer whose parameter is named __ign: the verifier would let the program's own
 * stack through, and go on believing what it knew of it.
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

#ifndef KF_TRUSTED_ARGS		/* on newer kernels it goes without saying */
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

/* The ids of the lists are not the ids of a BTF that was relocated: by name, then. */
static bool kfunc_is_seq_puts(u32 id)
{
	const struct btf *btf = klpm_body_types();
	const struct btf_type *t = btf ? btf_type_by_id(btf, id) : NULL;

	return !t || !strcmp(klpm_resolve_btf_name(btf, t->name_off), "klp_seq_puts");
}

/* On a function with a parameter `struct seq_file *`. */
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

/* Anything but 0 refuses the program. */
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
	/* A kernel may answer 0 and have dropped the module's BTF. */
	if (!r && !klpm_resolve_kfunc_known("klp_gate"))
		r = -ENOENT;
	if (r)
		pr_err("the kernel refuses this module's BTF (built for another one?): not loading\n");
	return r;
}
