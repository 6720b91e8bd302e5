// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of the kfuncs, which gate.c and state.c define, by kind of program: the kernel takes
 * one list for each kind from a module. Callbacks are the only programs that have a struct
 * klp_callback to give, so what takes one needs no further check of who calls.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/printk.h>

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
BTF_ID_FLAGS(func, klp_state_get_prev, KF_TRUSTED_ARGS | KF_RET_NULL)
BTF_ID_FLAGS(func, klp_state_prev_version, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, klp_sysctl_read, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, klp_sysctl_write, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_KFUNCS_END(kfunc_ops)

static const struct btf_kfunc_id_set kfunc_tracing_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_tracing,
};

static const struct btf_kfunc_id_set kfunc_ops_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_ops,
};

int kfunc_init(void)
{
	int r = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &kfunc_tracing_set);

	if (!r)
		r = register_btf_kfunc_id_set(BPF_PROG_TYPE_STRUCT_OPS, &kfunc_ops_set);
	/* A kernel may answer 0 and have dropped the module's BTF. */
	if (!r && !resolve_kfunc_known("klp_gate"))
		r = -ENOENT;
	if (r)
		pr_err("the kernel refuses this module's BTF (built for another one?): not loading\n");
	return r;
}
