/* SPDX-License-Identifier: GPL-2.0-only */
/* The kfuncs that programs of patches may call. See kfunc.c. */
#ifndef KLP_KMOD_KFUNC_H
#define KLP_KMOD_KFUNC_H

/* Register the kfuncs. Returns -ENOENT if the kernel did not take the module's BTF. */
int klpm_kfunc_init(void);

#endif
